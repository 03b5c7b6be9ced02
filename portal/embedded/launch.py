"""Start a program that does not outlive, or does not hold up, its starter. Run by path, plain Python only.

    launch.py tied SIGNAL PARENT -- PROGRAM …    become PROGRAM; it gets SIGNAL when process PARENT dies
    launch.py detached -- PROGRAM …              leave PROGRAM running in a session of its own

The first is Linux only; elsewhere PROGRAM runs untied, and the next start finds and stops it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def tie(signal_number: int, parent: int) -> None:
    """Ask the kernel to signal this process when its parent dies; leave now if it is already dead."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit(f"process {parent} ended before its child could start")


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    options, program = arguments[:split], arguments[split + 1 :]
    if options[0] == "tied":
        tie(int(options[1]), int(options[2]))
    else:
        if os.fork():
            os._exit(0)  # the program now belongs to init: nobody has to wait for it
        os.setsid()
    os.execvp(program[0], program)  # noqa: S606  (there is no shell on purpose)


if __name__ == "__main__":
    main(sys.argv[1:])
