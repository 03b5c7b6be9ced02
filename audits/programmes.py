"""What a programme's `checks` may say, and what they become.

`checks` is a list of `{"kind", "enabled", "params"}`. Each kind's params are the fields of its `Settings` (see
audits.checks), all optional. A kind that is not listed is not run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from audits.checks import CHECKS, CheckSpec, Scope
from audits.checks.family import alpha_shared
from audits.states import CheckKind
from portal.core.errors import Invalid
from portal.core.ledger import canonical

LONGEST_NAME = 120
MOST_NAMES = 500
DEEPEST = 4


class ProgrammeCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    enabled: bool = True
    params: dict[str, Any] = {}


def default_checks() -> list[dict[str, Any]]:
    """Every kind of check with its default thresholds."""
    return [{"kind": str(kind), "enabled": True, "params": {}} for kind in CHECKS]


def checks_validated(checks: Any) -> list[dict[str, Any]]:
    """`checks` in full form, every threshold written out. Raises Invalid that names the field at fault."""
    try:
        entries = msgspec.convert(checks, list[ProgrammeCheck])
    except msgspec.ValidationError as error:
        raise _invalid(error, "checks") from error
    complete, seen = [], set()
    for number, entry in enumerate(entries):
        place = f"checks[{number}]"
        if entry.kind not in CheckKind.values:
            known = ", ".join(CheckKind.values)
            raise Invalid(f"There is no such check; the checks are {known}.", field=f"{place}.kind")
        if entry.kind in seen:
            raise Invalid(f"The check {entry.kind} is listed twice.", field=f"{place}.kind")
        seen.add(entry.kind)
        _require_short(entry.params, f"{place}.params")
        try:
            settings = msgspec.convert(entry.params, CHECKS[CheckKind(entry.kind)].settings)
        except msgspec.ValidationError as error:
            raise _invalid(error, f"{place}.params") from error
        params = msgspec.to_builtins(settings)
        complete.append({"kind": entry.kind, "enabled": entry.enabled, "params": params})
    return complete


def expand(checks: Any, scope: Scope, *, kinds: Collection[str] | None = None) -> list[CheckSpec]:
    """The questions of all enabled checks (of these kinds only, where given), sharing one alpha. Raises Invalid."""
    specs: list[CheckSpec] = []
    for entry in checks_validated(checks):
        if entry["enabled"] and (kinds is None or entry["kind"] in kinds):
            check = CHECKS[CheckKind(entry["kind"])]
            specs += check.expand(msgspec.convert(entry["params"], check.settings), scope)
    return alpha_shared(specs)


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of canonical JSON."""
    return hashlib.sha256(canonical(config).encode()).hexdigest()


def spec_hash(spec: CheckSpec) -> str:
    """What tells that two runs asked the same question by the same bars."""
    return config_hash({"kind": str(spec.kind), "target": spec.target, "params": spec.params})


def _require_short(value: Any, place: str, *, left: int = DEEPEST) -> None:
    """Raise Invalid for a name longer than any name is, and for a list longer than any needs to be: questions are
    looked up by the names in their params, and an index entry of PostgreSQL has at most 2,704 bytes.
    """
    if isinstance(value, str):
        if len(value) > LONGEST_NAME:
            raise Invalid(f"At most {LONGEST_NAME} characters.", field=place)
        if not value.isprintable():
            raise Invalid("Control characters are not allowed here.", field=place)
    elif isinstance(value, dict | list):
        if len(value) > MOST_NAMES:
            raise Invalid(f"At most {MOST_NAMES} entries.", field=place)
        if not left:
            raise Invalid("It is nested too deep.", field=place)
        for number, inner in enumerate(value):
            if isinstance(value, dict):
                _require_short(inner, place)
                _require_short(value[inner], f"{place}.{inner}", left=left - 1)
            else:
                _require_short(inner, f"{place}[{number}]", left=left - 1)


def _invalid(error: msgspec.ValidationError, place: str) -> Invalid:
    """msgspec ends its messages with the JSON path, as in "Expected `float`, got `str` - at `$.alpha`"."""
    message, _, path = str(error).partition(" - at `$")
    if message.startswith("Invalid enum value"):  # msgspec repeats the value
        message = "This is none of the values that can stand here"
    return Invalid(f"{message}.", field=f"{place}{path.rstrip('`')}")
