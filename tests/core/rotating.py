"""A key rotation in a process of its own, which can be killed the hard way.

Prints a line after each batch. `python -m tests.core.rotating KIND BATCH NEW-KEY…` with the settings of the tests.
"""

from __future__ import annotations

import sys


def main() -> None:
    kind, batch, *new = sys.argv[1:]
    import django

    django.setup()
    from django.conf import settings

    from portal.core.models import KeyRotation
    from portal.core.rotation.field_keys import field_keys_rotate
    from portal.core.rotation.master import master_keys_rotate

    def say(rotation: KeyRotation) -> None:
        print(rotation.done, flush=True)

    if kind == "master":
        settings.PROBITY_MASTER_KEYS = [*new, *settings.PROBITY_MASTER_KEYS]
        master_keys_rotate(batch=int(batch), watch=say)
    else:
        settings.FIELD_ENCRYPTION_KEY = [*new, *settings.FIELD_ENCRYPTION_KEY]
        field_keys_rotate(batch=int(batch), watch=say)


if __name__ == "__main__":
    main()
