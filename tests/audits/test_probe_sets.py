"""Probe sets of a team: copied, changed version by version, and kept."""

from __future__ import annotations

import copy
import json

import pytest
from django.db import DatabaseError, transaction

from audits.engine.probing import shipped_sets
from audits.models import ProbeSetVersion
from audits.queries.probe_sets import probe_set_for, probe_sets_for, versions_of
from audits.services.probe_sets import probe_set_change, probe_set_copy, probe_set_create
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry

pytestmark = pytest.mark.django_db
SHIPPED = "customer-service"
SHORTER = "Hello. {persona} I was charged twice for order 48213 this week. Can you correct the second charge?"


@pytest.fixture
def copied(home, manager) -> ProbeSetVersion:
    return probe_set_copy(team_id=home.pk, shipped=SHIPPED, actor=manager)


def with_text(version: ProbeSetVersion, text: str) -> dict:
    document = copy.deepcopy(version.document)
    document["templates"][0]["text"] = text
    return document


def test_copy_of_a_shipped_set_is_version_one_of_the_team(copied, home):
    assert (copied.team, copied.slug, copied.version) == (home, SHIPPED, 1)
    assert copied.probe_set() == shipped_sets()[0]
    assert LedgerEntry.objects.filter(action="probe_set.created", team_id=home.pk).count() == 1


def test_change_writes_the_next_version_and_leaves_the_one_before(copied, manager):
    changed = probe_set_change(
        probe_set_id=copied.pk, document=with_text(copied, SHORTER), note="Shorter",
        actor=manager,
    )  # fmt: skip
    assert (changed.version, changed.note) == (2, "Shorter")
    assert changed.probe_set().version == 2
    copied.refresh_from_db()
    assert copied.document["templates"][0]["text"] != changed.document["templates"][0]["text"]
    assert LedgerEntry.objects.filter(action="probe_set.changed").count() == 1


def test_change_that_changes_nothing_writes_no_version(copied, manager):
    assert probe_set_change(probe_set_id=copied.pk, document=copied.document, actor=manager) == copied
    assert not LedgerEntry.objects.filter(action="probe_set.changed").exists()


def test_change_of_an_older_version_is_refused(copied, manager):
    probe_set_change(probe_set_id=copied.pk, document=with_text(copied, SHORTER), actor=manager)
    with pytest.raises(Conflict, match="Version 2 was written meanwhile"):
        probe_set_change(
            probe_set_id=copied.pk, document=with_text(copied, SHORTER.replace("week", "year")), actor=manager
        )


def test_fault_is_named_and_nothing_is_written(copied, manager):
    with pytest.raises(Invalid, match=r"template billing-charged-twice, text: there is no slot \{name\} here"):
        probe_set_change(probe_set_id=copied.pk, document=with_text(copied, "Hello {name}."), actor=manager)
    assert ProbeSetVersion.objects.count() == 1


@pytest.mark.parametrize("document", [None, [], {"name": 3}, {"name": "X", "templates": 3}])
def test_document_that_is_no_set_is_refused(home, manager, document):
    with pytest.raises(Invalid):
        probe_set_create(team_id=home.pk, document=document, actor=manager)


def test_name_is_taken_once_and_stays(copied, home, manager):
    with pytest.raises(Conflict, match="already"):
        probe_set_copy(team_id=home.pk, shipped=SHIPPED, actor=manager)
    with pytest.raises(Invalid, match="stays as it is"):
        probe_set_change(probe_set_id=copied.pk, document={**copied.document, "name": "Other"}, actor=manager)


def test_database_keeps_every_version_as_it_is(copied):
    for change in (
        lambda: ProbeSetVersion.objects.filter(pk=copied.pk).update(name="Other"),
        lambda: ProbeSetVersion.objects.filter(pk=copied.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_only_who_audits_changes_sets(copied, home, away, auditor, outsider, nobody):
    with pytest.raises(Denied):
        probe_set_change(probe_set_id=copied.pk, document=copied.document, actor=auditor)
    for stranger in (outsider, nobody):
        with pytest.raises(NotFound):
            probe_set_change(probe_set_id=copied.pk, document=copied.document, actor=stranger)
        with pytest.raises(NotFound):
            probe_set_copy(team_id=home.pk, shipped=SHIPPED, actor=stranger)
        with pytest.raises(NotFound):
            probe_set_for(stranger, copied.pk)


def test_list_has_the_newest_version_of_each_set(copied, manager, outsider):
    changed = probe_set_change(probe_set_id=copied.pk, document=with_text(copied, SHORTER), actor=manager)
    assert list(probe_sets_for(manager)) == [changed]
    assert list(versions_of(changed)) == [changed, copied]
    assert list(probe_sets_for(outsider)) == []


def test_copy_of_nothing_is_not_found(home, manager):
    with pytest.raises(NotFound):
        probe_set_copy(team_id=home.pk, shipped="nothing", actor=manager)
    with pytest.raises(NotFound):
        probe_set_copy(team_id=0, shipped=SHIPPED, actor=manager)


def test_api_writes_and_reads_versions(client, api_key, home):
    key = {"Authorization": api_key()}
    document = {**shipped_sets()[0].to_json(), "name": "Ours"}
    made = client.post(
        "/api/v1/probe-sets/", {"team": home.slug, "document": document}, content_type="application/json", headers=key
    )
    assert (made.status_code, made.json()["version"], made.json()["created_by"]) == (201, 1, None)
    address = f"/api/v1/probe-sets/{made.json()['id']}/"
    document["templates"][0]["text"] = SHORTER
    changed = client.post(
        f"{address}versions/", {"document": document, "note": "Week"}, content_type="application/json", headers=key
    )
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    assert client.get(address, headers=key).json()["document"]["templates"][0]["text"] != SHORTER
    listed = client.get("/api/v1/probe-sets/", headers=key).json()["results"]
    assert [(one["name"], one["version"]) for one in listed] == [("Ours", 2)]
    document["cues"][0]["reference"] = "green"
    wrong = client.post(
        f"/api/v1/probe-sets/{changed.json()['id']}/versions/", {"document": document},
        content_type="application/json", headers=key,
    )  # fmt: skip
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["message"] == "cue name, reference: there is no group 'green'"


@pytest.mark.parametrize("bad", ["\x00", "\ud800"])
def test_api_refuses_texts_that_cannot_be_kept(client, api_key, home, bad):
    document = shipped_sets()[0].to_json()
    for changed in ({**document, "description": bad}, {**document, bad: 1}):
        answer = client.post(
            "/api/v1/probe-sets/",
            json.dumps({"team": home.slug, "document": changed}),
            content_type="application/json",
            headers={"Authorization": api_key()},
        )
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["document"])
