import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from portal.core import keys
from portal.core.errors import ProbityError
from portal.core.models import KeyRotation, RetiredKey
from portal.core.rotation.field_keys import CLEAR, field_keys_in_use, field_keys_rotate, key_names
from portal.core.rotation.master import master_key_retire, master_keys_in_use, master_keys_rotate

_SAY_EVERY = 1.0  # seconds


class Command(BaseCommand):
    help = (
        "Bring everything under the current master key and field key, while the portal runs. Can be interrupted and "
        "run again. Exit 0: done; 1: something does not open under any configured key, or a key is still in use; "
        "2: bad settings or usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--master", action="store_true", help="master keys only")
        only.add_argument("--fields", action="store_true", help="field keys only")
        only.add_argument("--status", action="store_true", help="what uses which key; reads everything")
        only.add_argument("--retire", metavar="ID", help="prove that nothing uses this key; then refuse it")
        parser.add_argument("--batch", type=int, metavar="N", help="rows in a transaction")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] is not None and options["batch"] < 1:
            raise CommandError("--batch: at least 1.", returncode=2)
        try:
            if options["status"]:
                self._status(as_json=options["json"])
            elif options["retire"]:
                self._retire(options["retire"], as_json=options["json"])
            else:
                self._rotate(options)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=2) from error

    def _rotate(self, options: dict[str, Any]) -> None:
        size = {} if options["batch"] is None else {"batch": options["batch"]}
        finished = []
        for wanted, rotate in (("master", master_keys_rotate), ("fields", field_keys_rotate)):
            if options[wanted] or not (options["master"] or options["fields"]):
                begun, watch = time.monotonic(), _Watch(self, quiet=options["json"])
                try:
                    rotation = rotate(watch=watch, **size)
                except ProbityError as error:
                    raise CommandError(error.message, returncode=1) from error
                finished.append((rotation, time.monotonic() - begun))
        if options["json"]:
            self.stdout.write(json.dumps([_as_dict(one) | {"seconds": round(s, 3)} for one, s in finished]))
        for rotation, seconds in finished:
            if not options["json"]:
                self.stdout.write(_sentence(rotation, seconds))
        if any(rotation.unreadable for rotation, _ in finished):
            raise CommandError(
                "What does not open was left as it is. Is a key missing from the settings? --status tells more.",
                returncode=1,
            )

    def _status(self, *, as_json: bool) -> None:
        master, field = master_keys_in_use(), field_keys_in_use()
        configured, retired = (
            list(keys.master_keys()),
            list(RetiredKey.objects.order_by("pk").values_list("pk", flat=True)),
        )
        under_way = list(KeyRotation.objects.filter(finished_at__isnull=True).order_by("pk"))
        if as_json:
            document = {
                "master_keys": {
                    key: {
                        "data_keys": master.get(key, 0),
                        "configured": key in configured,
                        "current": key == configured[0],
                        "retired": key in retired,
                    }
                    for key in dict.fromkeys([*configured, *master, *retired])
                },
                "field_keys": {
                    name: {"values": n, "configured": name in key_names(), "current": name == next(iter(key_names()))}
                    for name, n in field.items()
                },
                "under_way": [_as_dict(one) for one in under_way],
            }
            self.stdout.write(json.dumps(document))
            return
        self.stdout.write("Master keys (PROBITY_MASTER_KEYS):")
        for key in dict.fromkeys([*configured, *master]):
            words = "current" if key == configured[0] else "old" if key in configured else "NOT CONFIGURED"
            self.stdout.write(f"  {key:<16} {words:<15} {master.get(key, 0):>12,} data keys{_retired(key in retired)}")
        self.stdout.write("Field keys (FIELD_ENCRYPTION_KEY):")
        for number, name in enumerate(key_names()):
            words = "current" if number == 0 else "old"
            self.stdout.write(f"  {name:<16} {words:<15} {field[name]:>12,} values")
        if field.get(""):
            self.stdout.write(f"  {'':<16} {'NOT CONFIGURED':<15} {field['']:>12,} values that no configured key opens")
        if field.get(CLEAR):
            self.stdout.write(
                f"  {'':<16} {'NOT ENCRYPTED':<15} {field[CLEAR]:>12,} values. Run the command to encrypt them."
            )
        for rotation in under_way:
            self.stdout.write(f"Under way: {rotation}, {_share(rotation)}. Run the command again to go on.")

    def _retire(self, key: str, *, as_json: bool) -> None:
        if key in key_names():
            used = field_keys_in_use()
            problem = "" if not used[key] else f"{used[key]:,} values are encrypted under {key}. Rotate first."
            if key == next(iter(key_names())):
                problem = f"{key} is the current field key. Put the new one first."
            setting = "FIELD_ENCRYPTION_KEY"
        else:
            if key not in keys.master_keys() and not RetiredKey.objects.filter(pk=key).exists():
                raise CommandError(f"There is no master key {key} and no field key of that name.", returncode=2)
            setting, problem = "PROBITY_MASTER_KEYS", ""
            try:
                master_key_retire(key=key)
            except ProbityError as error:
                problem = error.message
        if as_json:
            self.stdout.write(json.dumps({"key": key, "setting": setting, "unused": not problem, "reason": problem}))
        if problem:
            raise CommandError(problem, returncode=1)
        if not as_json:
            self.stdout.write(
                f"Nothing uses {key}. Remove it from {setting}, restart web, worker and beat, and keep a copy for as "
                "long as you keep backups from before."
            )


class _Watch:
    """Says how far a rotation is, once a second."""

    def __init__(self, command: Command, *, quiet: bool) -> None:
        self._command, self._quiet, self._said = command, quiet, time.monotonic()

    def __call__(self, rotation: KeyRotation) -> None:
        now = time.monotonic()
        if not self._quiet and now - self._said >= _SAY_EVERY:
            self._said = now
            self._command.stderr.write(f"{rotation.get_kind_display()}: {_share(rotation)}")


def _share(rotation: KeyRotation) -> str:
    share = min(rotation.done / rotation.total, 1) if rotation.total else 1
    return f"{rotation.done:,} of {max(rotation.total, rotation.done):,} ({share:.0%})"


def _sentence(rotation: KeyRotation, seconds: float) -> str:
    noun = "data keys wrapped anew" if rotation.kind == "master" else "rows looked at"
    left = f"; {rotation.unreadable:,} do not open" if rotation.unreadable else ""
    return f"{rotation.get_kind_display()} {rotation.key}: {rotation.done:,} {noun} in {seconds:.1f} s{left}."


def _as_dict(rotation: KeyRotation) -> dict[str, Any]:
    return {
        "kind": rotation.kind,
        "key": rotation.key,
        "done": rotation.done,
        "total": rotation.total,
        "unreadable": rotation.unreadable,
        "finished": rotation.finished_at is not None,
    }


def _retired(retired: bool) -> str:
    return ", retired" if retired else ""
