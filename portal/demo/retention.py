"""Retention of the demo company: rules in force, a draft, a legal hold and a first count. Nothing is overdue."""

from __future__ import annotations

from consent.models import Purpose
from consent.services.holds import hold_place
from consent.services.lookups import subject_look_up
from consent.services.retention_rules import retention_rule_activate, retention_rule_add, retention_rule_preview
from consent.services.retention_runs import retention_run_now
from portal.accounts.models import Team, User
from portal.core.actors import SYSTEM

_RULES = (
    ("transcript", "conversation_ended", "P6Y", "P14D", "", "Commercial letters are kept for six years."),
    ("attributes", "conversation_ended", "P5Y", "P14D", "", "Claims of discrimination lapse by then."),
    ("revision", "superseded", "P6M", "P14D", "", "To look into a disputed correction."),
)


def retention_rules_seed(team: Team, officer: User) -> None:
    """Rules come first, so that the cycles look at them."""
    for data_class, anchor, period, grace, jurisdiction, justification in _RULES:
        draft = retention_rule_add(
            team=team,
            data_class=data_class,
            anchor=anchor,
            period=period,
            grace=grace,
            jurisdiction=jurisdiction,
            justification=justification,
            actor=officer,
        )
        retention_rule_preview(rule_id=draft.pk, actor=officer)
        retention_rule_activate(rule_id=draft.pk, actor=officer)


def retention_seed(team: Team, officer: User, *, customer: str) -> None:
    """A hold on one customer, a draft with its preview, and a count of what is due."""
    subject = subject_look_up(team=team, reference=customer, actor=officer)
    if subject is not None:
        hold_place(
            team=team,
            subject=subject,
            matter="County Court, claim 24-1187",
            reason="The customer sues over a refused refund. Keep what was said until judgment.",
            actor=officer,
        )
    draft = retention_rule_add(
        team=team,
        data_class="transcript",
        purpose=Purpose.objects.filter(team=team, code="quality-review").first(),
        anchor="consent_withdrawn",
        period="P30D",
        grace="P7D",
        justification="Without consent there is no quality review; thirty days to answer questions about it.",
        actor=officer,
    )
    retention_rule_preview(rule_id=draft.pk, actor=officer)
    retention_run_now(team=team, dry=True, actor=SYSTEM)
