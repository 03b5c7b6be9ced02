"""All measurements, or those that are named, one after the other: `python -m bench [NAME…]`.

Each runs in a process of its own, so that none inherits another's memory, servers or settings. Exit 1 where one fails,
2 for a name that there is not.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

BENCHES = {
    "anonymity": "k and l of a million rows against a bare group-by and pycanon",
    "bias": "a million rows against polars, fairlearn, AIF360 and aequitas",
    "table": "the audit of a file against reading it and doing nothing",
    "detection": "personal data against Presidio's patterns, and scores",
    "intake": "conversations taken in against a bare COPY",
    "cycle": "scan, count and audit against their limits",
    "cube": "all checks on the counts of a million conversations",
    "consent": "decisions at 5 million events against a bare look-up",
    "fairness": "slices of a million conversations, whole requests under 100 ms",
    "pages": "latency and queries at 1,000 and at 10,000 conversations",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no bench {unknown[0]!r}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    print(_machine(), flush=True)
    failed = [name for name in names or BENCHES if not _run(name)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str) -> bool:
    print(f"\n== {name}: {BENCHES[name]}\n", flush=True)
    started = time.perf_counter()
    result = subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=Path(__file__).resolve().parents[1])
    print(f"\n   ({time.perf_counter() - started:.0f} s)", flush=True)
    return result.returncode == 0


def _machine() -> str:
    cores, load = os.cpu_count(), os.getloadavg()[0]
    busy = " The machine is busy: compare ratios, not times." if load > 0.5 * (cores or 1) else ""
    return f"Python {platform.python_version()}, {platform.machine()}, {cores} cores, load {load:.1f}.{busy}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
