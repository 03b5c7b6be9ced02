"""Finding a data subject by what an integration calls them, or by their pseudonym."""

from __future__ import annotations

import unicodedata
import uuid

from consent.models import DataSubject
from portal.accounts.models import Team
from portal.core.blind_index import blind_index

_INDEX = "consent.data_subject.reference"


def reference_normalised(reference: str | None) -> str | None:
    """The form in which references are compared and kept: Unicode NFC, without white space around it.

    Case and inner spacing stay, since they may tell customers apart. A blank reference is none.
    """
    return (unicodedata.normalize("NFC", reference).strip() or None) if reference else None


def reference_index(*, team_id: int, reference: str) -> bytes:
    """The blind index of a normalised reference. The same reference in two teams gives two unrelated values."""
    return blind_index(_INDEX, f"{team_id}\x00{reference}")


def subject_by_reference(*, team: Team, reference: str) -> DataSubject | None:
    """The team's data subject with this reference. The caller has checked `consent.view`."""
    normalised = reference_normalised(reference)
    if normalised is None:
        return None
    index = reference_index(team_id=team.pk, reference=normalised)
    return DataSubject.objects.filter(team=team, reference_index=index).first()


def subject_by_public_id(*, public_id: uuid.UUID) -> DataSubject | None:
    """The data subject with this pseudonym, of whatever team: ask `require()` next."""
    return DataSubject.objects.select_related("team").filter(public_id=public_id).first()
