"""The ten rules of consent, tried out instead of worked out: slow, and with no shortcut of `consent.evaluation`.

Time is whole minutes. Every event may really have happened at any minute of its interval (rule 3); a use is permitted
only where it is in every such world. Merges are closed over pair by pair, and each world of open proposals is tried.
"""

from datetime import UTC, datetime, timedelta
from itertools import combinations, product

START = datetime(2025, 1, 1, tzinfo=UTC)
NEGATIVE = ["refused", "withdrawn", "revoked", "expired", "objected"]
AGES = {"": None, "<13": 0, "13-15": 13, "18+": 18}
STRICTEST_FIRST = ["denied", "unknown", "permitted"]


def minute(n):
    return START + timedelta(minutes=n)


def number(moment):
    return int((moment - START).total_seconds() // 60)


def worlds(events, skew):
    """Every way in which the events can really have happened: {event id: minute}."""
    choices = []
    for event in events:
        middle = max(number(event.occurred_at), number(event.valid_from))
        width = int((event.uncertainty + skew).total_seconds() // 60)
        choices.append(range(middle - width, middle + width + 1))
    for times in product(*choices):
        yield {event.id: time for event, time in zip(events, times, strict=True)}


def interpret(events, *, purpose=1, basis, use_time, known_at, notices, minority=None, skew):
    """One history. Rules 1 to 6, 8 and 10."""
    known = [event for event in events if event.purpose == purpose and event.recorded_at <= known_at]

    def void(event):
        return any(other.invalidates == event.id and not void(other) for other in known if other.id > event.id)

    standing = [event for event in known if not void(event)]
    use = number(use_time)
    every = list(worlds(known, skew))

    if basis in ("contract", "vital_interest"):
        return "permitted"
    if basis == "legitimate_interest":
        objections = [event for event in standing if event.state == "objected"]
        lifts = [event for event in standing if event.state == "objection_lifted"]
        for world in every:
            for objection in objections:
                lifted = any(world[objection.id] < world[lift.id] <= use for lift in lifts)
                if world[objection.id] <= use and not lifted:
                    return "denied"
        return "permitted"

    def sound(grant, at):
        notice = notices.get(grant.notice)
        ends = None if minority is None or minority.ends_at is None else number(minority.ends_at)
        age = AGES[grant.age_band]
        if grant.given_by == "guardian":
            could = ends is None or at < ends
        elif age is not None:
            could = age >= (13 if grant.jurisdiction == "GB" else 16)
        else:
            could = minority is None or (ends is not None and at >= ends)
        return notice is not None and purpose in notice.purposes and could

    grants = [event for event in standing if event.state in ("given", "renewed")]
    restrictions = [event for event in standing if event.state in NEGATIVE]

    def holds(grant):
        expired = grant.valid_until is not None and grant.valid_until <= use_time
        stale = any(
            purpose in notice.purposes
            and notice.material
            and notice.version > notices[grant.notice].version
            and notice.published_at <= use_time
            and notice.recorded_at <= known_at
            for notice in notices.values()
        )
        return not expired and not stale

    def allowed(world):
        begun = [grant for grant in grants if sound(grant, world[grant.id]) and world[grant.id] <= use]
        newest = max((world[grant.id] for grant in begun), default=None)
        return (
            newest is not None
            and all(holds(grant) for grant in begun if world[grant.id] == newest)
            and all(world[other.id] < newest for other in restrictions if world[other.id] <= use)
        )

    if all(allowed(world) for world in every):
        return "permitted"
    voided = [event for event in known if event.state in ("given", "renewed") and void(event)]
    evidence = (
        grants
        or any(world[other.id] <= use for world in every for other in restrictions)
        or any(all(world[grant.id] <= use for world in every) for grant in voided)
    )
    return "denied" if evidence else "unknown"


def merged(subjects, steps, *, known_at, real=frozenset()):
    """Sets of subjects that are one, from the confirmed merges and those proposals that are taken for `real`."""
    sets = [{subject} for subject in subjects]
    for merge, state in state_of_merges(steps, known_at=known_at).items():
        if state == "confirmed" or (state == "proposed" and merge in real):
            ends = next({step.low, step.high} for step in steps if step.merge == merge)
            touched = [one for one in sets if one & ends]
            sets = [one for one in sets if not one & ends] + [set().union(*touched)]
    return sets


def state_of_merges(steps, *, known_at):
    known = [step for step in steps if step.recorded_at <= known_at]
    return {step.merge: max((one.id, one.state) for one in known if one.merge == step.merge)[1] for step in known}


def open_proposals(steps, *, known_at):
    return [merge for merge, state in state_of_merges(steps, known_at=known_at).items() if state == "proposed"]


def last_note(part, facts, *, known_at):
    notes = [note for one in part for note in facts[one].age_notes if note.recorded_at <= known_at]
    return max(notes, key=lambda note: (note.recorded_at, note.id), default=None)


def blocked(subject, group, facts, *, basis, legal_claims, use_time, known_at):
    """Erasure, and restriction of processing (GDPR Art. 18): what no event can allow."""
    erased_at = facts[subject].erased_at
    if erased_at is not None and erased_at <= min(use_time, known_at):
        return "erased"
    standing = [
        restriction
        for one in group
        for restriction in facts[one].restrictions
        if restriction.recorded_at <= known_at
        and restriction.imposed_at <= use_time
        and not (
            restriction.lifted_at is not None
            and restriction.lift_recorded_at <= known_at
            and restriction.lifted_at <= use_time
        )
    ]
    return "restricted" if standing and basis != "vital_interest" and not legal_claims else None


def interpret_person(subject, facts, steps, *, minorities, legal_claims, **situation):
    """Rule 7: each part for itself, under each age that is said of anybody in the group; the strictest answer.

    `minorities(note)` turns an age note into what `interpret` takes.
    """
    known_at = situation["known_at"]
    everything = frozenset(open_proposals(steps, known_at=known_at))
    group = next(one for one in merged(facts, steps, known_at=known_at, real=everything) if subject in one)
    times = {"use_time": situation["use_time"], "known_at": known_at}
    if blocked(subject, group, facts, basis=situation["basis"], legal_claims=legal_claims, **times):
        return "denied"
    parts = [one for one in merged(facts, steps, known_at=known_at) if one <= group]
    said = {part_key(part): minorities(last_note(part, facts, known_at=known_at)) for part in parts}
    answers = []
    for part in parts:
        events = [event for one in part for event in facts[one].events]
        for age in [said[part_key(part)], *(age for age in said.values() if age is not None)]:
            answers.append(interpret(events, minority=age, **situation))
    return min(answers, key=STRICTEST_FIRST.index)


def part_key(part):
    return tuple(sorted(part))


def answers_in_every_merge_state(subject, facts, steps, *, minorities, **situation):
    """What would be answered were any of the open proposals real and the others not."""
    known_at = situation["known_at"]
    proposals = open_proposals(steps, known_at=known_at)
    for size in range(len(proposals) + 1):
        for real in combinations(proposals, size):
            sets = merged(facts, steps, known_at=known_at, real=frozenset(real))
            part = next(one for one in sets if subject in one)
            events = [event for one in part for event in facts[one].events]
            age = minorities(last_note(part, facts, known_at=known_at))
            yield interpret(events, minority=age, **situation)
