"""Rules in force and old conversations, for the tests of retention."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from consent.models import RetentionRule
from consent.services.retention_rules import retention_rule_activate, retention_rule_add, retention_rule_preview
from portal.accounts.models import Team, User

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def rule_make(team: Team, actor: User, data_class: str = "transcript", **given: Any) -> RetentionRule:
    """A rule in force: a year after the conversation ended, unless the test says otherwise."""
    asked = {"anchor": "conversation_ended", "period": "P1Y", "justification": "Claims lapse by then."} | given
    draft = retention_rule_add(team=team, data_class=data_class, actor=actor, **asked)
    retention_rule_preview(rule_id=draft.pk, actor=actor)
    return retention_rule_activate(rule_id=draft.pk, actor=actor)
