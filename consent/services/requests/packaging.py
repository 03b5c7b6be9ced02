"""The package that answers a request for access or portability: built by a job, sealed, downloaded, deleted in time."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from consent.models import AccessPackage, DataSubject, SubjectRequest
from consent.queries.facts import links_of
from consent.request_states import PACKAGED, RequestKind, RequestState
from consent.services.erasures import person_of
from consent.services.requests.readable import section_html
from consent.services.requests.records import record, request_locked, require_state
from consent.traces import Section, traces
from portal.accounts.models import User
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import enqueue

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's own; the same data gives the same zip


@transaction.atomic
def package_order(*, public_id: uuid.UUID, actor: User) -> SubjectRequest:
    """Have a job build the package of a request in progress; ordered again, it is built anew.

    Raises NotFound, Denied, Conflict. Writes `request.package_ordered`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    require_state(request, RequestState.IN_PROGRESS)
    if request.kind not in PACKAGED or request.subject_id is None:
        raise Conflict("Only access and portability of a known customer are answered with a package.", code="kind")
    record(request=request, actor=actor, action="request.package_ordered")
    enqueue("consent.build_package", key=f"build_package:{request.pk}", request_id=request.pk)
    return request


@transaction.atomic
def package_build(*, request_id: int) -> None:
    """Collect, zip and seal. Nothing where the request is no longer in progress or the customer was erased.

    Holds erasures back until the end, so that none leaves a package behind. Writes `request.package_built`.
    """
    request = (
        SubjectRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("team", "subject", "data_key")
        .filter(pk=request_id, kind__in=PACKAGED, state=RequestState.IN_PROGRESS)
        .first()
    )
    if request is None or request.subject is None:
        return
    found = DataSubject.objects.select_for_update(of=("self",), no_key=True).select_related("team", "data_key")
    people = list(found.filter(pk__in=person_of(request.subject)).order_by("pk"))
    subjects = [one for one in people if one.erased_at is None]
    if request.subject not in subjects:
        return
    content, contents = package_content(subjects, kind=request.kind)
    now = timezone.now()
    package = AccessPackage.objects.filter(request=request).first() or AccessPackage(request=request)
    package.sha256 = hashlib.sha256(content).hexdigest()
    package.sealed = request.data_key.unwrap().seal(content, place=package.place)
    package.size = len(content)
    package.contents = contents
    package.built_at = now
    package.expires_at = now + timedelta(days=settings.PROBITY_PACKAGE_DAYS)
    package.deleted_at = None
    package.save()
    facts = {"size": package.size, "sha256": package.sha256, "contents": contents}
    record(request=request, actor=SYSTEM, action="request.package_built", facts=facts)


@transaction.atomic
def package_download(*, public_id: uuid.UUID, actor: User) -> tuple[AccessPackage, bytes]:
    """The package and its zip. Raises NotFound where there is none (any more), Denied, and Conflict where records were
    merged or parted since: it may hold somebody else's.

    Writes `request.package_downloaded`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    package = AccessPackage.objects.filter(request=request, deleted_at__isnull=True).first()
    if package is None or package.sealed is None or package.expires_at <= timezone.now():
        raise NotFound("There is no package, or it has been deleted.")
    assert request.subject_id is not None  # of every request with a package
    steps = links_of([request.subject_id], known_at=timezone.now())
    if any(step.recorded_at > package.built_at for step in steps):
        raise Conflict(
            "Records of this customer were merged or parted since the package was built. Build it again.",
            code="package_outdated",
        )
    content = request.data_key.unwrap().open(bytes(package.sealed), place=package.place)
    facts = {"sha256": package.sha256}
    record(request=request, actor=actor, action="request.package_downloaded", facts=facts)
    return package, content


def package_content(subjects: list[DataSubject], *, kind: str) -> tuple[bytes, dict[str, int]]:
    """The zip, and the number of entries of each section in it.

    `index.html` is for people, `data/*.json` for programs; a person known by several records has a folder for each.
    Portability (Art. 20) holds only what the person provided themselves.
    """
    portable = kind == RequestKind.PORTABILITY
    records = [(subject, [one for one in _sections(subject) if one.provided or not portable]) for subject in subjects]
    contents: dict[str, int] = {}
    files: dict[str, str] = {}
    shown = []
    for subject, sections in records:
        folder = "data" if len(records) == 1 else f"data/{subject.public_id}"
        for section in sections:
            contents[section.name] = contents.get(section.name, 0) + _size(section.data)
            path = f"{folder}/{section.name}.json"
            files[path] = json.dumps(section.data, ensure_ascii=False, indent=2)
            shown.append({"section": section, "path": path, "html": section_html(section)})
    context = {"shown": shown, "portable": portable, "made_at": timezone.now(), "team": subjects[0].team}
    files = {
        "index.html": render_to_string("consent/package/index.html", context),
        "style.css": render_to_string("consent/package/style.css"),
        **files,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), text.encode("utf-8", "replace"), zipfile.ZIP_DEFLATED)
    return buffer.getvalue(), contents


def _sections(subject: DataSubject) -> Iterable[Section]:
    for trace in traces():
        if trace.export is not None:
            yield from trace.export(subject)


def _size(data: Any) -> int:
    """Entries of a list; what is said once, such as who the customer is, is one."""
    return len(data) if isinstance(data, list) else 1
