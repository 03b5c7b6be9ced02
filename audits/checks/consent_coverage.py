"""Was each conversation used inside the consent that was given? One question a purpose.

One more question is asked where a consent source contradicted itself in the period: whom to believe is open then.

The counts are of all conversations, not of a sample, so shares are compared with the bars as they are. Conversations
that came in before the assistant named the purpose have no evaluation and count as unknown.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from assistants.models import Assistant
from audits.checks.contract import (
    MOST_EVIDENCE,
    Check,
    CheckContext,
    CheckOutcome,
    CheckSpec,
    Scope,
    Settings,
    one_by_one,
)
from audits.checks.tables import counted, share, share_text, table
from audits.queries.coverage import Coverage, coverage, reason_words, source_conflicts
from audits.queries.evidence import with_consent
from audits.states import CheckKind, CheckState, Severity
from consent.models import Purpose

SOURCES = "consent sources"
Share = Annotated[float, Meta(ge=0, le=1)]


class ConsentSettings(Settings, frozen=True, kw_only=True):
    """`purposes` limits what is looked at; the bars are shares of all conversations."""

    purposes: list[str] | None = None
    max_denied: Share = 0.0
    max_unknown: Share = 0.05


class ConsentParams(Settings, frozen=True, kw_only=True):
    purpose: str
    max_denied: Share
    max_unknown: Share


def expand(settings: ConsentSettings, scope: Scope) -> list[CheckSpec]:
    questions = [
        CheckSpec(
            kind=CheckKind.CONSENT_COVERAGE,
            target=purpose,
            params=msgspec.to_builtins(
                ConsentParams(purpose=purpose, max_denied=settings.max_denied, max_unknown=settings.max_unknown)
            ),
        )
        for purpose in scope.purposes
        if settings.purposes is None or purpose in settings.purposes
    ]
    if scope.source_conflicts:
        params = msgspec.to_builtins(ConsentParams(purpose=SOURCES, max_denied=0.0, max_unknown=0.0))
        questions.append(CheckSpec(kind=CheckKind.CONSENT_COVERAGE, target=SOURCES, params=params))
    return questions


def run(context: CheckContext) -> CheckOutcome:
    """Failed where more conversations than tolerated were denied or are not known to be covered."""
    params = msgspec.convert(context.params, ConsentParams)
    if params.purpose == SOURCES:
        return _sources(context)
    found = coverage(assistant=context.assistant, purpose=params.purpose, window=context.window)
    name = _named(context.assistant, params.purpose)
    n, permitted, denied, unknown = found.n, found.permitted, found.denied, found.unknown
    too_many_denied = share(denied, n) > params.max_denied
    too_many_unknown = share(unknown, n) > params.max_unknown
    if n == 0:
        state = CheckState.INSUFFICIENT_DATA
    else:
        state = CheckState.FAILED if too_many_denied or too_many_unknown else CheckState.PASSED
    return CheckOutcome(
        state=state,
        sentence=_sentence(name, permitted=permitted, denied=denied, unknown=unknown, n=n),
        result={
            "tables": [
                table(
                    f"Consent for {name}",
                    (("Consent", "text"), ("Conversations", "count"), ("Share", "share")),
                    [
                        ["permitted", permitted, share(permitted, n)],
                        ["denied", denied, share(denied, n)],
                        ["unknown", unknown, share(unknown, n)],
                    ],
                ),
                *_why_not(found),
            ],
            "figures": {
                "n": n,
                "permitted": permitted,
                "denied": denied,
                "unknown": unknown,
                "not_evaluated": found.not_evaluated,
            },
            "reasons": found.reasons,
            "purpose": name,
        },
        n=n,
        title=f"Conversations outside the consent for {name}",
        severity=Severity.HIGH if too_many_denied else Severity.MEDIUM,
        evidence=_evidence(context, params, name, denied=too_many_denied) if state == CheckState.FAILED else (),
    )


def _why_not(found: Coverage) -> list[dict[str, Any]]:
    """Every reason for which a use was denied or is unknown, the most frequent first."""
    if not found.reasons:
        return []
    rows = [[reason_words(code), n, share(n, found.n)] for code, n in found.reasons.items()]
    return [table("Why not", (("Reason", "text"), ("Conversations", "count"), ("Share", "share")), rows)]


def _sources(context: CheckContext) -> CheckOutcome:
    """Failed where a source contradicted itself: other content under the id of an event that stands."""
    conflicts = source_conflicts(assistant=context.assistant, window=context.window)
    n = sum(conflicts.values())
    sentence = (
        f"Consent sources contradicted themselves {n:,} time{'' if n == 1 else 's'}: other content under an id that "
        f"was used before ({', '.join(f'{source}: {count:,}' for source, count in conflicts.items())})."
        if n
        else "No consent source contradicted itself."
    )
    columns = (("Source", "text"), ("Contradictions", "count"))
    return CheckOutcome(
        state=CheckState.FAILED if n else CheckState.PASSED,
        sentence=sentence,
        result={
            "tables": [table("Contradictions of consent sources", columns, list(conflicts.items()))],
            "figures": {"n": n},
        },
        n=n,
        title="Consent sources contradict themselves",
        severity=Severity.MEDIUM,
    )


def _named(assistant: Assistant, code: str) -> str:
    """The purpose as its team calls it, in quotes; by its code where it is gone."""
    names = Purpose.objects.filter(team=assistant.team_id, code=code).values_list("name", flat=True)
    return f"“{names.first() or code}”"


def _sentence(purpose: str, *, permitted: int, denied: int, unknown: int, n: int) -> str:
    if n == 0:
        return "There are no conversations in this period."
    if permitted == n:
        return f"All {counted(n)} were used for {purpose} inside the consent that was given."
    return (
        f"Of {counted(n)}, {permitted:,} ({share_text(share(permitted, n))}) were covered by consent for {purpose}, "
        f"{denied:,} ({share_text(share(denied, n))}) were denied it, and of {unknown:,} "
        f"({share_text(share(unknown, n))}) it is not known."
    )


def _evidence(context: CheckContext, params: ConsentParams, name: str, *, denied: bool) -> list[tuple[int, str]]:
    status = "denied" if denied else "unknown"
    ids = with_consent(
        assistant=context.assistant,
        window=context.window,
        purpose=params.purpose,
        status=status,
        most=MOST_EVIDENCE,
    )
    return [(pk, f"Consent for {name} was {status}.") for pk in ids]


CHECK = Check(kind=CheckKind.CONSENT_COVERAGE, settings=ConsentSettings, expand=expand, answer=one_by_one(run))
