"""Each rule of a consent decision, one situation a line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consent.ages import age_band, age_of_consent, youngest
from consent.evaluation import Decision, Event, Minority, NoticeVersion, decide
from consent.states import ConsentStatus, Reason

DAY = timedelta(days=1)
T0 = datetime(2025, 1, 1, tzinfo=UTC)
PURPOSE, OTHER = 1, 2
V1 = NoticeVersion("privacy", 1, frozenset({PURPOSE}), False, T0 - 30 * DAY, T0 - 30 * DAY)
NOTICES = {10: V1}


def on(day):
    return T0 + timedelta(days=day)


def event(event_id, state, day, **fields):
    """An event on that day, recorded the same day; grants are under version 1 of the notice."""
    at = on(day)
    return replace(
        Event(event_id, PURPOSE, state, at, at, at, notice=10),
        **fields,
    )


def answer(events, *, day=10, known=100, basis="consent", notices=NOTICES, **context):
    return decide(
        events, purpose=PURPOSE, basis=basis, use_time=on(day), known_at=on(known), notices=notices, **context
    )


def permitted(*ids, reason=Reason.GRANTED):
    return Decision(ConsentStatus.PERMITTED, reason, ids)


def denied(reason, *ids):
    return Decision(ConsentStatus.DENIED, reason, ids)


NO_EVENT = Decision(ConsentStatus.UNKNOWN, Reason.NO_EVENT)


# -- 1: what was on record --------------------------------------------------------------------------------------
def test_an_event_counts_from_the_moment_it_was_recorded():
    late = event(1, "given", 0, recorded_at=on(20))
    assert answer([late], known=20) == permitted(1)
    assert answer([late], known=19.99) == NO_EVENT


def test_events_of_another_purpose_do_not_count():
    assert answer([event(1, "given", 0, purpose=OTHER)]) == NO_EVENT


# -- 2: half-open validity, and unknown is never permitted -------------------------------------------------------
def test_nothing_on_record_is_unknown():
    assert answer([]) == NO_EVENT


@pytest.mark.parametrize(
    ("day", "decision"),
    [
        (4.999, denied(Reason.NOT_YET_IN_FORCE, 1)),
        (5, permitted(1)),
        (7.999, permitted(1)),
        (8, denied(Reason.EXPIRED, 1)),
    ],
)
def test_a_grant_is_valid_from_its_start_up_to_but_not_at_its_end(day, decision):
    assert answer([event(1, "given", 5, valid_until=on(8))], day=day) == decision


def test_a_grant_never_reaches_back_before_it_was_given():
    backdated = event(1, "given", 5, valid_from=on(0))
    assert answer([backdated], day=4) == denied(Reason.NOT_YET_IN_FORCE, 1)


def test_a_grant_can_start_later_than_it_was_given():
    deferred = event(1, "given", 0, valid_from=on(5))
    assert answer([deferred], day=4) == denied(Reason.NOT_YET_IN_FORCE, 1)
    assert answer([deferred], day=5) == permitted(1)


def test_the_newest_grant_replaces_the_end_of_the_one_before():
    unlimited, limited = event(1, "given", 0), event(2, "renewed", 3, valid_until=on(6))
    assert answer([unlimited, limited], day=2) == permitted(1)
    assert answer([unlimited, limited], day=5) == permitted(2)
    assert answer([unlimited, limited], day=6) == denied(Reason.EXPIRED, 2)


def test_a_withdrawal_of_an_unknown_consent_says_nothing_of_the_time_before_it():
    assert answer([event(1, "withdrawn", 5)], day=4) == NO_EVENT


# -- 3: clocks ---------------------------------------------------------------------------------------------------
HOUR = timedelta(hours=1)


def test_a_grant_starts_at_its_latest_plausible_time():
    vague = event(1, "given", 5, uncertainty=HOUR)
    assert answer([vague], day=5 + 0.99 / 24) == denied(Reason.NOT_YET_IN_FORCE, 1)
    assert answer([vague], day=5 + 1 / 24) == permitted(1)


def test_a_withdrawal_starts_at_its_earliest_plausible_time():
    events = [event(1, "given", 0), event(2, "withdrawn", 5, uncertainty=HOUR)]
    assert answer(events, day=5 - 1.01 / 24) == permitted(1)
    assert answer(events, day=5 - 1 / 24) == denied(Reason.WITHDRAWN, 2)


def test_the_general_skew_widens_every_event():
    events = [event(1, "given", 0), event(2, "withdrawn", 5)]
    assert answer(events, day=0, skew=HOUR) == denied(Reason.NOT_YET_IN_FORCE, 1)
    assert answer(events, day=1 / 24, skew=HOUR) == permitted(1)
    assert answer(events, day=5 - 1 / 24, skew=HOUR) == denied(Reason.WITHDRAWN, 2)


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_a_tie_is_denied_whichever_was_recorded_first(ids):
    grant, withdrawal = ids
    tie = [event(grant, "given", 5), event(withdrawal, "withdrawn", 5)]
    assert answer(tie) == denied(Reason.ORDER_UNCERTAIN, grant, withdrawal)


def test_a_grant_that_may_be_older_than_the_withdrawal_does_not_undo_it():
    """Its latest time is after the withdrawal's earliest, but so it would be had it come first."""
    grant = event(1, "given", 5, uncertainty=HOUR)
    withdrawal = event(2, "withdrawn", 5 + 0.5 / 24, uncertainty=HOUR)
    assert answer([grant, withdrawal]) == denied(Reason.ORDER_UNCERTAIN, 1, 2)


def test_a_grant_certainly_after_the_withdrawal_undoes_it():
    withdrawal = event(1, "withdrawn", 5, uncertainty=HOUR)
    grant = event(2, "given", 5 + 2.01 / 24, uncertainty=HOUR)
    assert answer([withdrawal, grant]) == permitted(2)
    assert answer([withdrawal, replace(grant, occurred_at=on(5 + 2 / 24), valid_from=on(5 + 2 / 24))]) == denied(
        Reason.ORDER_UNCERTAIN, 2, 1
    )


# -- 5: notices --------------------------------------------------------------------------------------------------
def test_a_grant_covers_only_the_purposes_of_its_notice():
    narrow = {10: replace(V1, purposes=frozenset({OTHER}))}
    assert answer([event(1, "given", 0)], notices=narrow) == denied(Reason.PURPOSE_NOT_COVERED, 1)
    assert answer([event(1, "given", 0, notice=None)]) == denied(Reason.PURPOSE_NOT_COVERED, 1)


V2 = NoticeVersion("privacy", 2, frozenset({PURPOSE}), True, on(5), on(5))


@pytest.mark.parametrize(
    ("newer", "day", "known", "decision"),
    [
        (V2, 4.999, 100, permitted(1)),
        (V2, 5, 100, denied(Reason.NOTICE_CHANGED, 1)),
        (V2, 10, 4.999, permitted(1)),
        (replace(V2, recorded_at=on(50)), 10, 49, permitted(1)),
        (replace(V2, recorded_at=on(50)), 10, 50, denied(Reason.NOTICE_CHANGED, 1)),
        (replace(V2, material=False), 10, 100, permitted(1)),
        (replace(V2, code="cookies"), 10, 100, permitted(1)),
        (replace(V2, purposes=frozenset({OTHER})), 10, 100, permitted(1)),
        (replace(V2, version=1), 10, 100, permitted(1)),
    ],
)
def test_a_material_newer_version_needs_a_renewal(newer, day, known, decision):
    assert answer([event(1, "given", 0)], day=day, known=known, notices={10: V1, 11: newer}) == decision


def test_a_renewal_under_the_new_version_or_a_later_one_is_enough():
    notices = {10: V1, 11: V2, 12: replace(V2, version=3, material=False)}
    given = event(1, "given", 0)
    assert answer([given, event(2, "renewed", 6, notice=11)], notices=notices) == permitted(2)
    assert answer([given, event(2, "renewed", 6, notice=12)], notices=notices) == permitted(2)
    assert answer([given, event(2, "renewed", 6, notice=10)], notices=notices) == denied(Reason.NOTICE_CHANGED, 2)


# -- 6: minors ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("band", "jurisdiction", "by", "decision"),
    [
        ("<16", "", "subject", denied(Reason.GUARDIAN_MISSING, 1)),
        ("<16", "", "guardian", permitted(1)),
        ("<16", "", "agent", denied(Reason.GUARDIAN_MISSING, 1)),
        ("13-15", "DE", "subject", denied(Reason.GUARDIAN_MISSING, 1)),
        ("13-15", "ES", "subject", denied(Reason.GUARDIAN_MISSING, 1)),
        ("14-15", "ES", "subject", permitted(1)),
        ("13-15", "GB", "subject", permitted(1)),
        ("13-15", "US-CA", "subject", permitted(1)),
        ("15-15", "FR", "subject", permitted(1)),
        ("16-17", "DE", "subject", permitted(1)),
        ("16-17", "XX", "subject", permitted(1)),
        ("13-17", "DE", "subject", denied(Reason.GUARDIAN_MISSING, 1)),
        ("18+", "", "subject", permitted(1)),
        ("", "", "subject", permitted(1)),
    ],
)
def test_who_may_be_under_age_needs_a_guardian(band, jurisdiction, by, decision):
    grant = event(1, "given", 0, age_band=band, jurisdiction=jurisdiction, given_by=by)
    assert answer([grant]) == decision


def test_a_subject_known_to_be_a_minor_needs_a_guardian_unless_the_event_says_otherwise():
    assert answer([event(1, "given", 0)], minority=Minority()) == denied(Reason.GUARDIAN_MISSING, 1)
    assert answer([event(1, "given", 0, age_band="18+")], minority=Minority()) == permitted(1)
    assert answer([event(1, "given", 0, given_by="guardian")], minority=Minority()) == permitted(1)


@pytest.mark.parametrize(
    ("by", "day", "decision"),
    [
        ("guardian", 5, permitted(1)),
        ("guardian", 8, denied(Reason.GUARDIANSHIP_ENDED, 1)),
        ("guardian", 9, denied(Reason.GUARDIANSHIP_ENDED, 1)),
        ("subject", 7.999, denied(Reason.GUARDIAN_MISSING, 1)),
        ("subject", 8, permitted(1)),
    ],
)
def test_guardianship_ends_with_the_coming_of_age_and_leaves_what_was_given(by, day, decision):
    of_age = Minority(ends_at=on(8))
    assert answer([event(1, "given", day, given_by=by)], minority=of_age, day=20) == decision


def test_a_grant_that_may_have_been_given_before_the_coming_of_age_is_none():
    vague = event(1, "given", 8, uncertainty=HOUR)
    assert answer([vague], minority=Minority(ends_at=on(8)), day=20) == denied(Reason.GUARDIAN_MISSING, 1)
    by_guardian = replace(vague, given_by="guardian")
    assert answer([by_guardian], minority=Minority(ends_at=on(8)), day=20) == denied(Reason.GUARDIANSHIP_ENDED, 1)


def test_a_childs_own_click_does_not_replace_the_guardians_grant():
    events = [event(1, "given", 0, given_by="guardian"), event(2, "renewed", 3, valid_until=on(5))]
    assert answer(events, minority=Minority()) == permitted(1)


def test_a_minor_can_withdraw_alone():
    events = [event(1, "given", 0, given_by="guardian"), event(2, "withdrawn", 3)]
    assert answer(events, minority=Minority()) == denied(Reason.WITHDRAWN, 2)


@pytest.mark.parametrize(
    ("text", "stored", "from_age"),
    [(" under 13", "<13", 0), ("<16", "<16", 0), ("13-15", "13-15", 13), ("18+", "18+", 18)],
)
def test_age_bands_have_one_stored_form(text, stored, from_age):
    assert age_band(text) == stored
    assert youngest(stored) == from_age


@pytest.mark.parametrize("text", ["", "adult", "15-13", "13–15", "1300", "+18"])
def test_an_age_band_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError):
        age_band(text)


def test_the_age_of_consent_is_that_of_the_country():
    assert [age_of_consent(code) for code in ("GB", "at", "FR-75", "DE", "", "JP")] == [13, 14, 15, 16, 16, 16]


# -- 8: withdrawal looks forward, invalidation back ----------------------------------------------------------------
@pytest.mark.parametrize("state", ["refused", "withdrawn", "revoked", "expired", "objected"])
def test_every_restriction_is_prospective_and_names_itself(state):
    events = [event(1, "given", 0), event(2, state, 5)]
    assert answer(events, day=4) == permitted(1)
    assert answer(events, day=5) == denied(Reason(state), 2)


def test_a_new_grant_ends_a_restriction():
    events = [event(1, "refused", 0), event(2, "given", 5)]
    assert answer(events, day=4) == denied(Reason.REFUSED, 1)
    assert answer(events, day=5) == permitted(2)


def test_an_invalidation_reaches_back_but_is_known_only_from_its_recording():
    events = [event(1, "given", 0), event(2, "invalidated", 20, invalidates=1)]
    assert answer(events, day=3, known=19) == permitted(1)
    assert answer(events, day=3, known=20) == denied(Reason.INVALIDATED, 1, 2)
    assert answer(events, day=30) == denied(Reason.INVALIDATED, 1, 2)
    assert answer(events, day=-1) == NO_EVENT


def test_an_invalidated_withdrawal_never_was():
    events = [event(1, "given", 0), event(2, "withdrawn", 5), event(3, "invalidated", 20, invalidates=2)]
    assert answer(events, known=19) == denied(Reason.WITHDRAWN, 2)
    assert answer(events, known=20) == permitted(1)


def test_an_invalidation_can_itself_be_invalidated():
    events = [
        event(1, "given", 0),
        event(2, "invalidated", 20, invalidates=1),
        event(3, "invalidated", 30, invalidates=2),
    ]
    assert answer(events, known=29) == denied(Reason.INVALIDATED, 1, 2)
    assert answer(events, known=30) == permitted(1)


def test_without_its_invalidated_part_the_rest_decides():
    events = [event(1, "given", 0), event(2, "renewed", 3), event(3, "invalidated", 20, invalidates=2)]
    assert answer(events) == permitted(1)
    assert answer([event(2, "withdrawn", 3), event(3, "invalidated", 20, invalidates=2)]) == NO_EVENT


# -- 10: other lawful bases --------------------------------------------------------------------------------------
@pytest.mark.parametrize("basis", ["legitimate_interest", "public_task"])
def test_two_bases_hold_unless_objected(basis):
    plain = permitted(reason=Reason.LAWFUL_BASIS)
    events = [event(1, "objected", 5), event(2, "objection_lifted", 8)]
    assert answer([], basis=basis) == plain
    assert answer(events, basis=basis, day=4) == plain
    assert answer(events, basis=basis, day=5) == denied(Reason.OBJECTED, 1)
    assert answer(events, basis=basis, day=8) == permitted(2, reason=Reason.OBJECTION_LIFTED)
    assert answer(events, basis=basis, day=9, known=7) == denied(Reason.OBJECTED, 1)


def test_an_objection_lifted_at_the_same_moment_stands():
    tie = [event(1, "objected", 5), event(2, "objection_lifted", 5)]
    assert answer(tie, basis="public_task") == denied(Reason.OBJECTED, 1)


def test_an_invalidated_objection_never_was():
    events = [event(1, "objected", 5), event(2, "invalidated", 8, invalidates=1)]
    assert answer(events, basis="legitimate_interest") == permitted(reason=Reason.LAWFUL_BASIS)


@pytest.mark.parametrize("basis", ["contract", "legal_obligation", "vital_interest"])
def test_the_other_bases_cannot_be_objected_to(basis):
    assert answer([event(1, "objected", 5)], basis=basis) == permitted(reason=Reason.LAWFUL_BASIS)


def test_a_lifted_objection_grants_nothing_where_consent_is_the_basis():
    assert answer([event(1, "objection_lifted", 0)]) == NO_EVENT
