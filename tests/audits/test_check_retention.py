"""The check for data that should be gone: what breaches, what does not, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.programmes import expand
from audits.states import CheckState, Severity
from consent.services.holds import hold_place
from consent.services.retention_runs import retention_run_now
from portal.core.actors import SYSTEM
from tests.audits.asking import SCOPE, ask
from tests.audits.conversations import Told, conversations_make
from tests.consent.retaining import rule_make
from tests.factories import DataSubjectFactory, PurposeFactory

GOVERNED = replace(SCOPE, retention=True)
TARGET = "kept beyond its time"


def told(days_ago, **more):
    return Told(day=(timezone.now() - timedelta(days=days_ago)).date(), attributes={"age": "65+"}, **more)


def asked(assistant):
    return ask(assistant, "retention", TARGET, scope=GOVERNED)


def test_nothing_is_asked_where_no_rule_is_in_force():
    assert expand([{"kind": "retention"}], SCOPE) == []
    assert [spec.target for spec in expand([{"kind": "retention"}], GOVERNED)] == [TARGET]


def test_what_is_beyond_deadline_and_grace_is_a_breach_until_it_is_gone(home, assistant, privacy_officer):
    rows = conversations_make(assistant, [told(400), told(370), told(10)])
    rule_make(home, privacy_officer, grace="P14D")
    rule_make(home, privacy_officer, "attributes")
    found = asked(assistant)
    assert (found.state, found.severity, found.n) == (CheckState.FAILED, Severity.MEDIUM, 6)
    assert found.sentence == (
        "3 records should be gone and can still be read (transcripts and metadata: 1, audited attributes: 2)."
    )
    assert found.result["tables"][0]["rows"] == [
        ["Transcripts and metadata", 3, 2, 0, 1],
        ["Audited attributes", 3, 2, 0, 2],
    ]
    assert found.evidence[0] == (rows[0].pk, "Transcripts and metadata: kept beyond deadline and grace.")
    assert {pk for pk, _ in found.evidence} == {rows[0].pk, rows[1].pk}
    retention_run_now(team=home, dry=False, actor=SYSTEM)
    found = asked(assistant)
    assert (found.state, found.evidence) == (CheckState.PASSED, ())
    assert found.sentence == "Of 2 records under a retention rule, none is kept beyond its deadline and grace."


def test_what_is_held_or_erased_is_no_breach(home, assistant, privacy_officer):
    held, erased = DataSubjectFactory(team=home), DataSubjectFactory(team=home)
    conversations_make(assistant, [told(400, subject=held), told(400, subject=erased)])
    key = erased.data_key
    key.wrapped, key.destroyed_at = None, timezone.now()
    key.save()
    hold_place(team=home, subject=held, matter="m", reason="r", actor=privacy_officer)
    rule_make(home, privacy_officer)
    found = asked(assistant)
    assert (found.state, found.result["figures"]["held"], found.n) == (CheckState.PASSED, 1, 1)


def test_a_purpose_without_a_rule_is_said_not_passed(home, assistant, privacy_officer):
    assistant.purposes.set([PurposeFactory(team=home), PurposeFactory(team=home)])
    conversations_make(assistant, [told(400)])
    rule_make(home, privacy_officer, purpose=assistant.purposes.first())
    found = asked(assistant)
    assert found.state == CheckState.INSUFFICIENT_DATA
    assert found.sentence.startswith("No retention rule covers every purpose")


def test_the_answer_costs_the_same_for_any_number_of_conversations(home, assistant, privacy_officer):
    rule_make(home, privacy_officer)
    counts = []
    for more in (1, 29):
        conversations_make(assistant, [told(400)] * more)
        with CaptureQueriesContext(connection) as captured:
            asked(assistant)
        counts.append(len(captured))
    assert counts[0] == counts[1]
