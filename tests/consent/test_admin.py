"""Configuration through the services; people's data read-only and never sealed bytes."""

import pytest

from consent.models import Notice, Purpose
from portal.accounts.models import User
from portal.core.models import LedgerEntry
from portal.core.roles import Role
from tests.factories import PASSWORD, MembershipFactory, PurposeFactory


@pytest.fixture
def browser(as_user, home):
    staff = User.objects.create_superuser("admin@test.example", PASSWORD)
    MembershipFactory(user=staff, team=home, role=Role.PRIVACY_OFFICER)
    return as_user(staff)


def test_a_purpose_is_made_and_changed_through_the_services(browser, home):
    form = {"team": home.pk, "code": "support", "name": "Support", "description": "", "lawful_basis": "consent"}
    assert browser.post("/admin/consent/purpose/add/", form).status_code == 302
    purpose = Purpose.objects.get()
    changed = {"name": "Help", "description": "Answering.", "retired": "on", "lawful_basis": "contract"}
    assert browser.post(f"/admin/consent/purpose/{purpose.pk}/change/", changed).status_code == 302
    purpose.refresh_from_db()
    assert (purpose.name, purpose.lawful_basis, purpose.retired_at is None) == ("Help", "consent", False)
    actions = LedgerEntry.objects.order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["purpose.created", "purpose.changed"]


def test_a_notice_is_published_and_then_only_shown(browser, home, support):
    form = {
        "team": home.pk,
        "code": "privacy",
        "language": "en",
        "content": "We help you.",
        "purposes": [support.pk],
        "material": "on",
    }
    assert browser.post("/admin/consent/notice/add/", form).status_code == 302
    notice = Notice.objects.get()
    assert (notice.version, notice.material, list(notice.purposes.all())) == (1, True, [support])
    assert browser.post(f"/admin/consent/notice/{notice.pk}/change/", {**form, "content": "x"}).status_code == 403
    assert browser.get(f"/admin/consent/notice/{notice.pk}/change/").status_code == 200
    assert LedgerEntry.objects.filter(action="notice.published").count() == 1


def test_what_the_service_refuses_is_said_and_not_stored(browser, home, support, shown_notice):
    form = {
        "team": home.pk,
        "code": "privacy",
        "version": 9,
        "language": "en",
        "content": "x",
        "purposes": [support.pk],
    }
    answer = browser.post("/admin/consent/notice/add/", form)
    assert answer.status_code == 422
    assert "The next version is 8." in answer.content.decode()
    assert list(Notice.objects.all()) == [shown_notice]


@pytest.mark.parametrize("page", ["datasubject", "consentevent"])
def test_peoples_data_is_shown_without_sealed_bytes_and_never_changed(browser, jane, janes_consent, page):
    row = jane if page == "datasubject" else janes_consent
    assert browser.get(f"/admin/consent/{page}/").status_code == 200
    answer = browser.get(f"/admin/consent/{page}/{row.pk}/change/")
    assert answer.status_code == 200
    names = {name for fieldset in answer.context["adminform"] for line in fieldset for name in line.fields}
    assert names.isdisjoint({"reference_sealed", "reference_index", "data_key", "content_hash"})
    assert browser.post(f"/admin/consent/{page}/{row.pk}/change/", {"kind": "anonymous"}).status_code == 403
    assert browser.get(f"/admin/consent/{page}/add/").status_code == 403
    assert browser.get(f"/admin/consent/{page}/{row.pk}/delete/").status_code == 403


def test_only_rows_of_ones_own_teams_are_listed(browser, away, support):
    PurposeFactory(team=away, code="theirs")
    listed = browser.get("/admin/consent/purpose/").context["cl"].queryset
    assert [purpose.code for purpose in listed] == ["support"]
