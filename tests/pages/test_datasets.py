"""The pages and routes of training data: who gets which, and what they do."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistants.models import Dataset
from audits.models import CheckRun, TrainingExport
from audits.services.training import training_export_request
from portal.core.roles import Role, Scope
from tests.assistants.conftest import as_lines
from tests.audits.conversations import DAY, Told, conversations_make
from tests.audits.training import consent, dataset_make, example
from tests.factories import ReleaseFactory
from tests.jobs import drain

ALL = set(Role.values)
MANAGING = {"manager", "administrator"}
AUDITING = ALL - {"auditor"}
FINE = [example(number) for number in range(8)]


@pytest.fixture
def dataset(assistant) -> Dataset:
    return dataset_make(assistant, FINE)


@pytest.fixture
def draft(assistant) -> Dataset:
    return dataset_make(assistant, FINE, slug="draft", frozen=False)


@pytest.fixture
def export(dataset, privacy_officer) -> TrainingExport:
    training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    drain()
    return TrainingExport.objects.get()


@pytest.fixture
def scene(dataset, draft, export) -> dict[str, object]:
    return {"dataset": "desk", "draft": "draft", "assistant": "ava", "export": export.public_id}


# what is asked for, how, with what, by whom, and what they get
ROUTES = [
    ("datasets:list", "", "get", {}, ALL, 200),
    ("datasets:detail", "dataset", "get", {}, ALL, 200),
    ("datasets:detail", "draft", "get", {}, ALL, 200),
    ("datasets:new", "assistant", "get", {}, MANAGING, 200),
    ("datasets:edit", "dataset", "get", {}, MANAGING, 200),
    ("datasets:select", "draft", "post", {"since": "2025-01-01", "last": "2025-12-31"}, MANAGING, 302),
    ("datasets:trained", "dataset", "post", {"day": "2026-01-01"}, MANAGING, 302),
    ("audits:dataset-audit", "dataset", "post", {}, AUDITING, 302),
    ("audits:training-export-new", "dataset", "post", {}, {"privacy_officer"}, 302),
    ("audits:training-export", "export", "get", {}, ALL, 200),
    ("audits:training-export-progress", "export", "get", {}, ALL, 302),
    ("audits:training-export-manifest", "export", "get", {}, ALL, 200),
    ("audits:training-export-download", "export", "post", {}, {"privacy_officer"}, 200),
    ("assistants_api:datasets", "", "get", {}, ALL, 200),
    ("assistants_api:dataset", "dataset", "get", {}, ALL, 200),
    ("assistants_api:dataset-freeze", "draft", "post", {}, MANAGING, 200),
    ("audits_api:dataset-audits", "dataset", "post", {}, AUDITING, 202),
    ("audits_api:training-exports", "dataset", "get", {}, ALL, 200),
    ("audits_api:training-exports", "dataset", "post", {}, {"privacy_officer"}, 202),
    ("audits_api:training-export", "export", "get", {}, ALL, 200),
    ("audits_api:training-export-lines", "export", "post", {}, {"privacy_officer"}, 200),
]
IDS = [f"{route[2]} {route[0]} {route[1]}".strip() for route in ROUTES]


def ask(client: Client, name: str, thing: object, method: str, data: dict) -> int:
    url = reverse(name, args=[thing] if thing else [])
    if name == "datasets:trained":
        data = {**data, "release": Dataset.objects.get(slug=thing).assistant.releases.get().pk}
    if method == "post" and "_api" in name:
        return client.post(url, json.dumps(data), content_type="application/json").status_code
    return getattr(client, method)(url, data).status_code


@pytest.mark.parametrize(("name", "key", "method", "data", "roles", "status"), ROUTES, ids=IDS)
def test_route_opens_for_the_roles_that_may_and_no_others(
    scene, member, outsider, as_user, name, key, method, data, roles, status
):
    thing = scene.get(key)
    anonymous = ask(Client(), name, thing, method, data)
    assert anonymous == (401 if "_api" in name else 302)
    if key:
        assert ask(as_user(outsider), name, thing, method, data) == 404
    refused = {role: ask(as_user(member(role)), name, thing, method, data) for role in sorted(ALL - roles)}
    assert refused == dict.fromkeys(sorted(ALL - roles), 403)
    may = sorted(roles) if method == "get" else sorted(roles)[:1]
    assert {role: ask(as_user(member(role)), name, thing, method, data) for role in may} == dict.fromkeys(may, status)


def test_who_mends_the_rows_sees_which_they_are_at_their_source(assistant, privacy_officer, manager, as_user):
    broken = [example(number, input="again and again", output="") for number in (10, 11)]
    dataset = dataset_make(assistant, [*FINE, *broken])
    training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    drain()
    url = reverse("audits:training-export", args=[TrainingExport.objects.get().public_id])
    seen = {actor: as_user(actor).get(url).content.decode() for actor in (manager, privacy_officer)}
    assert {actor: "r-11" in page for actor, page in seen.items()} == {manager: True, privacy_officer: False}
    assert all(str(dataset.rows.get(external_id="r-11").public_id) in page for page in seen.values())


def test_training_without_consent_is_told_at_once(assistant, manager, as_user):
    dataset_make(assistant, FINE)
    release = ReleaseFactory(assistant=assistant)
    posted = {"day": "2024-01-01", "release": release.pk}
    page = as_user(manager).post(reverse("datasets:trained", args=["desk"]), posted, follow=True).content.decode()
    assert "Consent did not stand for 8 people when the release learned from their data." in page


@pytest.mark.parametrize(
    ("outcome", "value", "told"),
    [
        ("resolved", "true", "The selection has started. You can leave the page; the work goes on."),
        ("resolvd", "true", "No conversation fits this selection: nothing will be copied."),
        ("verdict", "paid", "No conversation fits this selection: nothing will be copied."),
    ],
)
def test_selection_that_nothing_fits_is_told_at_once(draft, assistant, manager, as_user, outcome, value, told):
    conversations_make(assistant, [Told(outcome={"resolved": True})])
    posted = {"since": DAY, "last": DAY, "outcome": outcome, "outcome_value": value}
    page = as_user(manager).post(reverse("datasets:select", args=["draft"]), posted, follow=True)
    assert [str(message) for message in page.context["messages"]] == [told]


def test_attributes_of_the_policy_are_said_in_words(dataset, manager, as_user):
    page = as_user(manager).get("/datasets/desk/").content.decode()
    assert "<dd>age group</dd>" in page
    assert "age_group" not in page.partition("Declare a reference")[0]


def test_list_shows_nothing_of_another_team(scene, outsider, as_user):
    for url in ("/datasets/", "/api/v1/datasets/"):
        assert "Service desk" not in as_user(outsider).get(url).content.decode()


@pytest.mark.parametrize("address", ["/datasets/", "/datasets/desk/", "/assistants/ava/", "/api/v1/datasets/"])
def test_pages_cost_the_same_number_of_queries_with_more_of_everything(dataset, assistant, manager, as_user, address):
    def grow(start: int, count: int) -> None:
        for number in range(start, start + count):
            made = dataset_make(assistant, FINE[:1], slug=f"more-{number}", consents=False)
            release = ReleaseFactory(assistant=assistant)
            made.trainings.create(release=release, trained_at=made.frozen_at)
            dataset.trainings.create(release=release, trained_at=made.frozen_at)
            TrainingExport.objects.create(
                dataset=dataset, state="refused", config_hash="c", requested_by=manager, requested_at=made.frozen_at
            )

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client = as_user(manager)
    grow(0, 1)
    one = queries()
    grow(1, 11)
    assert queries() == one


def test_manager_registers_changes_fills_and_freezes(assistant, dataset, manager, as_user):
    client = as_user(manager)
    values = {
        "name": "Shop dialogues",
        "slug": "shop",
        "source": assistant.data_sources.get().pk,
        "purpose": dataset.purpose.pk,
        "quasi_identifiers": "age_group, region",
        "sensitive": "age_group",
        "k": 5,
        "l": 2,
        "duplicates": "exact",
        "mode": "redact",
    }
    wrong = client.post("/datasets/new/ava/", values)
    assert wrong.status_code == 422
    assert "An attribute is either a quasi-identifier or sensitive." in wrong.content.decode()
    made = client.post("/datasets/new/ava/", {**values, "sensitive": ""})
    assert (made.status_code, made.url) == (302, "/datasets/shop/")
    client.post("/datasets/shop/edit/", {**values, "sensitive": "", "k": 3})
    shop = Dataset.objects.get(slug="shop")
    assert (shop.k, shop.quasi_identifiers, shop.policy_set_by) == (3, ["age_group", "region"], manager)
    empty = client.post("/datasets/shop/to/freeze/", follow=True)
    assert "There is nothing to freeze" in empty.content.decode()
    backwards = client.post("/datasets/shop/select/", {"since": "2025-02-01", "last": "2025-01-01"})
    assert backwards.status_code == 422
    assert "The period ends before it begins." in backwards.content.decode()
    client.post("/datasets/shop/to/withdraw/")
    shop.refresh_from_db()
    assert shop.state == "withdrawn"
    assert client.post("/datasets/shop/to/burn/").status_code == 404


def test_audits_and_refused_exports_show_rows_by_pseudonym_and_no_content(assistant, dataset, privacy_officer, as_user):
    consent(assistant, dataset.purpose, "C-3", "withdrawn")
    client = as_user(privacy_officer)
    client.post("/datasets/desk/audit/")
    client.post("/datasets/desk/exports/")
    drain()
    row = dataset.rows.get(external_id="r-3").public_id
    page = client.get("/datasets/desk/").content.decode()
    assert "7 of 8 rows may be used for “Training”" in page
    run = CheckRun.objects.get(kind="training_consent")
    assert f'As of <time datetime="{run.finished_at.isoformat(timespec="seconds")}"' in page
    made = TrainingExport.objects.get()
    for url in (f"/checks/{run.pk}/", f"/training-exports/{made.public_id}/"):
        shown = client.get(url).content.decode()
        assert (str(row) in shown, "parcel" in shown, "C-3" in shown) == (True, False, False)
    finding = run.findings.get()
    assert "Service desk" in client.get(f"/findings/{finding.pk}/").content.decode()


def test_download_is_the_file_of_the_manifest_until_somebody_withdraws(
    assistant, dataset, export, privacy_officer, as_user
):
    client = as_user(privacy_officer)
    url = f"/training-exports/{export.public_id}/"
    assert "Download" in client.get(url).content.decode()
    answer = client.post(f"{url}download/")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == f'attachment; filename="desk-{export.pk}.jsonl.gz"'
    assert hashlib.sha256(content).hexdigest() == export.manifest["content"]["gzip_sha256"]
    assert len(gzip.decompress(content).splitlines()) == 8
    consent(assistant, dataset.purpose, "C-3", "withdrawn")
    refused = client.post(f"{url}download/")
    assert (refused.status_code, "withdrew consent" in refused.content.decode()) == (409, True)
    page = client.get(url).content.decode()
    assert "It cannot be fetched any more." in page
    assert f"{url}download/" not in page


def test_integration_registers_and_fills_over_the_api(assistant, dataset, api_key, administrator, as_user, client):
    body = {
        "assistant": "ava", "slug": "api", "name": "By API", "data_source": "Desk", "purpose": "training",
        "quasi_identifiers": ["age_group"], "k": 3,
    }  # fmt: skip
    person = as_user(administrator)

    def post(url: str, given: dict):
        return person.post(url, json.dumps(given), content_type="application/json")

    assert post("/api/v1/datasets/", {**body, "more": 1}).json()["errors"][0]["field"] == "more"
    assert post("/api/v1/datasets/", {**body, "data_source": "Nothing"}).json()["errors"][0]["field"] == "data_source"
    assert post("/api/v1/datasets/", body).status_code == 201
    rows = as_lines(example(1), {"external_id": "x"})
    key = {"Authorization": api_key(Scope.DATASETS_WRITE)}
    answer = client.post("/api/v1/datasets/api/rows/", rows, content_type="application/x-ndjson", headers=key)
    assert (answer.status_code, answer.json()["created"]) == (200, 1)
    assert answer.json()["rejections"][0]["field"] == "collected_at"
    other = {"Authorization": api_key(Scope.CONVERSATIONS_WRITE)}
    refused = client.post("/api/v1/datasets/api/rows/", rows, content_type="application/x-ndjson", headers=other)
    assert refused.status_code == 403
    assert post("/api/v1/datasets/api/freeze/", {}).json()["row_count"] == 1
    frozen = client.post("/api/v1/datasets/api/rows/", rows, content_type="application/x-ndjson", headers=key)
    assert frozen.status_code == 409


def test_admin_looks_at_training_data_and_opens_none_of_it(scene, dataset, administrator, as_user):
    administrator.is_staff = administrator.is_superuser = True
    administrator.save()
    client, row = as_user(administrator), dataset.rows.first()
    for url in (
        "/admin/assistants/dataset/",
        "/admin/assistants/datasetrow/",
        f"/admin/assistants/datasetrow/{row.pk}/change/",
        "/admin/assistants/trainedon/",
        "/admin/audits/trainingexport/",
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert [word for word in ("sealed", "hash", "parcel", "C-0", "_save") if word in page.content.decode()] == []
