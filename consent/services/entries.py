"""What a source says about one consent event, and whether it can be believed in form."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

import msgspec

from consent.ages import age_band
from consent.models import Notice, Purpose
from consent.queries.subjects import reference_normalised
from consent.states import GRANTS, OBJECTABLE, ConsentActor, ConsentState, LawfulBasis
from portal.accounts.models import Team
from portal.core.errors import Invalid

MAX_UNCERTAINTY_S = 31 * 24 * 3600
MAX_ITEMS = 50
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The lengths of the columns.
_TEXTS = {
    "source": 60,
    "source_event_id": 120,
    "verification": 60,
    "jurisdiction": 12,
    "controller": 120,
    "evidence_channel": 40,
    "evidence_method": 60,
    "evidence_digest": 64,
}
_ITEMS = {"data_categories": 60, "recipients": 120}
_ACTORS, _STATES = frozenset(ConsentActor), frozenset(ConsentState)
_OF_CONSENT = GRANTS | {
    ConsentState.REFUSED,
    ConsentState.WITHDRAWN,
    ConsentState.REVOKED,
    ConsentState.EXPIRED,
    ConsentState.INVALIDATED,
}
_OF_OBJECTION = frozenset({ConsentState.OBJECTED, ConsentState.OBJECTION_LIFTED, ConsentState.INVALIDATED})


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """One version of a notice in one language, by name."""

    code: str
    version: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """One consent event as its source states it; `consent.models.ConsentEvent` says what the fields mean.

    The data subject is named by `customer_ref` or by `subject`, their pseudonym. `invalidates` is the
    `source_event_id` of an event of the same source. `controller` is blank where it is the team. Times carry a zone.
    """

    source: str
    source_event_id: str
    purpose: str
    state: str
    occurred_at: datetime
    customer_ref: str | None = None
    subject: uuid.UUID | None = None
    notice: NoticeRef | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    clock_uncertainty_s: int = 0
    given_by: str = ConsentActor.SUBJECT
    verification: str = ""
    age_band: str = ""
    jurisdiction: str = ""
    controller: str = ""
    data_categories: Sequence[str] = ()
    recipients: Sequence[str] = ()
    evidence_channel: str = ""
    evidence_method: str = ""
    evidence_digest: str = ""
    invalidates: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.source_event_id


_AS_IS = (
    "source",
    "source_event_id",
    "purpose",
    "state",
    "clock_uncertainty_s",
    "given_by",
    "verification",
    "age_band",
    "jurisdiction",
    "evidence_channel",
    "evidence_method",
    "evidence_digest",
    "invalidates",
)
_as_is = attrgetter(*_AS_IS)


@dataclass(frozen=True, slots=True)
class Register:
    """The purposes and notices of a team, by the names that sources use."""

    purposes: Mapping[str, Purpose]
    notices: Mapping[NoticeRef, Notice]

    @classmethod
    def of(cls, team: Team) -> Register:
        notices = Notice.objects.filter(team=team).defer("content")
        return cls(
            purposes={purpose.code: purpose for purpose in Purpose.objects.filter(team=team)},
            notices={NoticeRef(notice.code, notice.version, notice.language): notice for notice in notices},
        )


def entry_check(entry: ConsentEntry, register: Register) -> None:
    """Raise Invalid, naming the field, for what no source can rightly say."""
    for name, limit in _TEXTS.items():
        _text(name, getattr(entry, name), limit=limit)
    for name, limit in _ITEMS.items():
        items = getattr(entry, name)
        if len(items) > MAX_ITEMS:
            raise Invalid(f"At most {MAX_ITEMS} items.", field=name)
        for item in items:
            _text(name, item, limit=limit)
    for name in ("source", "source_event_id"):
        if not getattr(entry, name).strip():
            raise Invalid("Must not be blank.", field=name)
    _who(entry)
    _what(entry, register)
    _when(entry)
    if entry.evidence_digest and not _DIGEST.fullmatch(entry.evidence_digest):
        raise Invalid("A SHA-256 digest is 64 hexadecimal digits in lower case.", field="evidence_digest")


def entry_hash(entry: ConsentEntry, *, subject_id: int) -> bytes:
    """SHA-256 over all that the entry states, about whom: the same statement again has the same hash."""
    stated = dict(zip(_AS_IS, _as_is(entry), strict=True))
    stated["occurred_at"] = _instant(entry.occurred_at)
    stated["valid_from"] = _instant(entry.valid_from)
    stated["valid_until"] = _instant(entry.valid_until)
    stated["data_categories"] = list(entry.data_categories)
    stated["recipients"] = list(entry.recipients)
    notice = entry.notice
    stated["notice"] = None if notice is None else [notice.code, notice.version, notice.language]
    stated["subject"] = subject_id
    if entry.controller:  # so that statements of before there was this field keep their hash
        stated["controller"] = entry.controller
    return hashlib.sha256(msgspec.json.encode(stated, order="sorted")).digest()


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _who(entry: ConsentEntry) -> None:
    if (reference_normalised(entry.customer_ref) is None) == (entry.subject is None):
        raise Invalid("Name the data subject by customer_ref or by subject.", field="customer_ref")
    if entry.given_by not in _ACTORS:
        raise Invalid(_choices(ConsentActor.values), field="given_by")
    if entry.given_by == ConsentActor.CONTROLLER and entry.state in GRANTS:
        raise Invalid("The controller cannot consent for a data subject.", field="given_by")
    if entry.given_by == ConsentActor.GUARDIAN and entry.state in GRANTS and not entry.verification.strip():
        # GDPR Art. 8(2): the controller makes reasonable efforts to verify.
        raise Invalid("A guardian's consent says how the guardian was verified.", field="verification")
    if entry.age_band:
        try:
            age_band(entry.age_band)
        except ValueError as error:
            raise Invalid("An age band looks like <13, 13-15 or 18+.", field="age_band") from error


def _what(entry: ConsentEntry, register: Register) -> None:
    purpose = register.purposes.get(entry.purpose)
    if purpose is None:
        raise Invalid("There is no such purpose.", field="purpose")
    if entry.state not in _STATES:
        raise Invalid(_choices(ConsentState.values), field="state")
    allowed = _states_of(purpose)
    if entry.state not in allowed:
        basis = purpose.get_lawful_basis_display()
        takes = _choices(sorted(allowed)) if allowed else "Nothing can be consented or objected to."
        raise Invalid(f"The purpose rests on another basis: {basis}. {takes}", field="state")
    if entry.state in GRANTS and purpose.retired_at is not None:
        raise Invalid("The purpose is retired.", field="purpose")
    if entry.notice is None and entry.state in GRANTS:
        raise Invalid("A consent names the notice that was shown.", field="notice")
    if entry.notice is not None and entry.notice not in register.notices:
        raise Invalid("There is no such version of that notice in that language.", field="notice")
    if (entry.invalidates is None) == (entry.state == ConsentState.INVALIDATED):
        raise Invalid("An invalidation, and nothing else, names the event it takes back.", field="invalidates")


def _states_of(purpose: Purpose) -> frozenset[str]:
    if purpose.lawful_basis == LawfulBasis.CONSENT:
        return frozenset(_OF_CONSENT)
    return frozenset(_OF_OBJECTION) if purpose.lawful_basis in OBJECTABLE else frozenset()


def _when(entry: ConsentEntry) -> None:
    for name in ("occurred_at", "valid_from", "valid_until"):
        moment: datetime | None = getattr(entry, name)
        if moment is None:
            continue
        if moment.tzinfo is None:
            raise Invalid("The time needs a zone.", field=name)
        if not _FIRST <= moment < _LAST:
            raise Invalid("The time is out of range.", field=name)
    if entry.valid_until is not None:
        if entry.state not in GRANTS:
            raise Invalid("Only a consent has an end; everything else stands until a new event.", field="valid_until")
        if entry.valid_until <= (entry.valid_from or entry.occurred_at):
            raise Invalid("The end must come after the start.", field="valid_until")
    if not 0 <= entry.clock_uncertainty_s <= MAX_UNCERTAINTY_S:
        raise Invalid(f"Between 0 and {MAX_UNCERTAINTY_S} seconds.", field="clock_uncertainty_s")


def _text(name: str, text: str, *, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(f"At most {limit} characters.", field=name)
    if _UNSTORABLE.search(text):
        raise Invalid("Contains characters that cannot be stored.", field=name)


def _choices(values: Sequence[str]) -> str:
    return f"One of: {', '.join(values)}."
