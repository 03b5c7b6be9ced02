"""Own patterns: checked, tried, taken live, and part of every scan from then on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistants.models import Conversation
from audits.models import ConversationScan, CountCell, Detection, DetectionPattern, StaleDay
from audits.services import pattern_trials
from audits.services.patterns import pattern_activate, pattern_retire, pattern_try
from audits.services.rescans import conversations_mark
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.audits.conversations import DAY, PLAIN, Told
from tests.audits.own_patterns import ORDER, draft, live
from tests.audits.told import counted
from tests.jobs import drain

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "PHONE_NUMBER"}, "type"),
        ({"type": "order number"}, "type"),
        ({"pattern": r"BW-\d+"}, "pattern"),
        ({"pattern": r"\w{1,5}"}, "pattern"),
        ({"must_match": [" "]}, "must_match"),
        ({"must_match": ["x" * 301]}, "must_match"),
        ({"context": {"english": ["order"]}}, "context"),
        ({"context": {"en": ["x" * 41]}}, "context"),
        ({"score": 0.2}, "score"),
        ({"name": ""}, "name"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_draft_names_the_field_at_fault(assistant, privacy_officer, changes, field):
    with pytest.raises(Invalid) as refused:
        draft(assistant, privacy_officer, **changes)
    assert refused.value.field == field
    assert not DetectionPattern.objects.exists()


def test_only_privacy_officer_and_administrator_of_the_team_draft(assistant, reviewer, outsider, administrator):
    with pytest.raises(Denied):
        draft(assistant, reviewer)
    with pytest.raises(NotFound):
        draft(assistant, outsider)
    assert draft(assistant, administrator).version == 1


def test_a_trial_counts_and_keeps_no_text(assistant, privacy_officer):
    counted(assistant, [Told(turns=ORDER), *[Told() for _ in range(4)]])
    tried = pattern_try(pattern_id=draft(assistant, privacy_officer).pk, actor=privacy_officer)
    trial = tried.trial
    assert (trial["conversations"], trial["messages"], trial["messages_hit"], trial["hits"]) == (5, 10, 2, 3)
    assert (trial["per_1000"], trial["complete"], trial["example_faults"]) == (300.0, True, [])
    assert trial["roles"] == {"assistant": 2, "customer": 1}
    assert trial["shapes"] == [["assistant", "AA-9999999", 2], ["customer", "AA-9999999", 1]]
    assert trial["seen_in"] == [str(Conversation.objects.get(external_id="told-0").public_id)]
    assert "1234567" not in str(trial)
    last = LedgerEntry.objects.order_by("-seq").first()
    assert last.action == "pattern.tried"
    assert "BW" not in last.body


def test_a_trial_shows_what_it_takes_from_built_in_types_and_what_it_leaves(assistant, privacy_officer):
    turns = (("customer", "Ring me on 415 555 2671."), ("customer", "My card is 4111 1111 1111 1111."))
    counted(assistant, [Told(turns=turns)])
    wide = draft(assistant, privacy_officer, pattern=r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{4}", must_match=["415 555 2671"])
    trial = pattern_try(pattern_id=wide.pk, actor=privacy_officer).trial
    assert trial["taken"] == {"PHONE_NUMBER": 1}
    card = draft(assistant, privacy_officer, pattern=r"[0-9]{4}( [0-9]{4}){3}", must_match=["9999 9999 9999 9999"])
    trial = pattern_try(pattern_id=card.pk, actor=privacy_officer).trial
    assert (trial["taken"], trial["left"], trial["hits"]) == ({}, {"CREDIT_CARD": 1}, 0)


def test_context_words_are_needed_where_there_are_any(assistant, privacy_officer):
    tried = pattern_try(
        pattern_id=draft(
            assistant,
            privacy_officer,
            type="CUSTOMER_NUMBER",
            pattern=r"\d{8}",
            context={"en": ["customer number"], "de": ["Kundennummer"]},
            must_match=["my customer number is 12345678", "Kundennummer: 12345678"],
            must_not_match=["parcel 12345678"],
        ).pk,
        actor=privacy_officer,
    )
    assert tried.trial["example_faults"] == []


def test_only_what_was_tried_and_is_unchanged_goes_live(assistant, privacy_officer):
    first = draft(assistant, privacy_officer)
    with pytest.raises(Conflict, match="Try it first"):
        pattern_activate(pattern_id=first.pk, actor=privacy_officer, rescan_since=None)
    pattern_try(pattern_id=first.pk, actor=privacy_officer)
    draft(assistant, privacy_officer, must_match=["BW-2222222"])  # the same version, rewritten
    with pytest.raises(Conflict, match="Try it first"):
        pattern_activate(pattern_id=first.pk, actor=privacy_officer, rescan_since=None)
    wrong = draft(assistant, privacy_officer, must_not_match=["BW-3333333"])
    pattern_try(pattern_id=wrong.pk, actor=privacy_officer)
    with pytest.raises(Conflict, match="example"):
        pattern_activate(pattern_id=wrong.pk, actor=privacy_officer, rescan_since=None)


def test_what_matches_every_second_message_does_not_go_live(assistant, privacy_officer):
    counted(assistant, [Told(turns=(("customer", "parcel"), ("assistant", "parcel"), ("customer", "x")))])
    with pytest.raises(Conflict, match="every second message"):
        live(assistant, privacy_officer, pattern="parcel", must_match=["parcel"])


def test_a_trial_that_ran_out_of_time_does_not_count(assistant, privacy_officer, monkeypatch):
    counted(assistant, [Told()])
    monkeypatch.setattr(pattern_trials, "SECONDS", -1.0)
    with pytest.raises(Conflict, match="out of time"):
        live(assistant, privacy_officer)


def test_a_live_pattern_is_scanned_for_counted_and_named_in_the_version(assistant, privacy_officer):
    counted(assistant, [Told(turns=ORDER), Told()])
    before = set(ConversationScan.objects.values_list("engine_version", flat=True))
    live(assistant, privacy_officer, rescan_since=DAY)
    drain()
    after = set(ConversationScan.objects.values_list("engine_version", flat=True))
    assert len(before) == len(after) == 1
    assert next(iter(after)).startswith(f"{next(iter(before))}+")
    own = Detection.objects.filter(type="ORDER_NUMBER").order_by("turn", "start")
    assert list(own.values_list("role", "origin")) == [
        ("customer", "volunteered"),
        ("assistant", "echoed"),
        ("assistant", "originated"),
    ]
    cells = CountCell.objects.filter(measure__startswith="exposure.ORDER_NUMBER").order_by("measure")
    assert list(cells.values_list("measure", "value", "n")) == [
        ("exposure.ORDER_NUMBER.echoed", "true", 1),
        ("exposure.ORDER_NUMBER.originated", "true", 1),
        ("exposure.ORDER_NUMBER.volunteered", "true", 1),
    ]


def test_marked_conversations_count_as_unscanned_until_they_are_read(assistant, privacy_officer):
    counted(assistant, [Told(turns=PLAIN), Told(day=DAY - timedelta(days=1))])
    pattern = live(assistant, privacy_officer, rescan_since=DAY)
    assert conversations_mark(assistant_id=assistant.pk, since=DAY) == 1
    states = dict(Conversation.objects.values_list("day", "state"))
    assert states == {DAY: "received", DAY - timedelta(days=1): "scanned"}
    assert list(StaleDay.objects.values_list("day", flat=True)) == [DAY]
    assert conversations_mark(assistant_id=assistant.pk, since=DAY) == 0  # safe to repeat
    drain()
    assert conversations_mark(assistant_id=assistant.pk, since=DAY) == 0
    retired = pattern_retire(pattern_id=pattern.pk, actor=privacy_officer, rescan_since=DAY)
    drain()
    assert retired.state == "retired"
    newest = ConversationScan.objects.get(day=DAY)
    assert "+" not in newest.engine_version


def test_a_successor_takes_the_place_of_the_live_version(assistant, privacy_officer):
    first = live(assistant, privacy_officer)
    second = live(assistant, privacy_officer, pattern=r"(?i)BW-\d{7}")
    first.refresh_from_db()
    assert (first.state, second.state, second.version) == ("retired", "live", 2)
    actions = list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions[-2:] == ["pattern.retired", "pattern.activated"]
