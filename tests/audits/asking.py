"""Ask one question of an assistant's counts, without a cycle."""

from __future__ import annotations

from typing import Any

from assistants.models import Assistant
from audits.checks import CHECKS, CheckContext, CheckOutcome, Scope
from audits.programmes import expand
from audits.queries.windows import Window
from audits.states import CheckKind
from tests.audits.told import MARCH

SCOPE = Scope(attributes={"age": ""}, purposes=["service"], outcomes=["resolved"], groups={"language": 2, "channel": 2})


def ask(
    assistant: Assistant,
    kind: str,
    target: str,
    *,
    params: dict[str, Any] | None = None,
    scope: Scope = SCOPE,
    window: Window = MARCH,
) -> CheckOutcome:
    """The answer to the question with this target, as the programme would ask it."""
    specs = expand([{"kind": kind, "params": params or {}}], scope)
    spec = next(spec for spec in specs if spec.target == target)
    context = CheckContext(assistant=assistant, target=target, params=spec.params, window=window)
    [outcome] = CHECKS[CheckKind(kind)].answer([context])
    return outcome
