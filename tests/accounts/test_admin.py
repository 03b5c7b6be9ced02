import pytest

from portal.accounts.models import ApiKey, Membership, User
from portal.core import ledger
from portal.core.models import LedgerEntry
from tests.factories import PASSWORD, MembershipFactory, TeamFactory, UserFactory


@pytest.fixture
def staff(db):
    return User.objects.create_superuser("admin@test.example", PASSWORD)


@pytest.fixture
def browser(as_user, staff):
    return as_user(staff)


def test_people_without_the_staff_mark_stay_out(as_user, manager):
    assert as_user(manager).get("/admin/").status_code in (302, 403)


@pytest.mark.parametrize(
    "page",
    ["", "accounts/user/", "accounts/team/", "accounts/apikey/", "core/ledgerentry/", "core/datakey/", "core/job/"],
)
def test_every_list_opens(browser, page):
    assert browser.get(f"/admin/{page}").status_code == 200


def test_api_keys_are_spelt_as_people_write_them(browser):
    page = browser.get("/admin/").content.decode()
    assert ">API keys</a>" in page
    assert "Api key" not in page


def test_parts_of_the_login_are_named_by_what_they_hold(browser):
    page = browser.get("/admin/")
    titles = {part["name"] for part in page.context["app_list"]}
    assert {"Sign-in addresses", "Sign-in attempts and lockouts", "Second factors"} <= titles
    assert titles.isdisjoint({"Axes", "MFA", "Accounts"})


def test_granting_and_revoking_roles_is_in_the_ledger(browser, home):
    person = UserFactory()
    form = {
        "email": person.email,
        "name": "Rita",
        "time_zone": "UTC",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-team": home.pk,
        "memberships-0-role": "reviewer",
    }
    assert browser.post(f"/admin/accounts/user/{person.pk}/change/", form).status_code == 302
    granted = Membership.objects.get(user=person)
    form |= {
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": granted.pk,
        "memberships-0-user": person.pk,
        "memberships-0-DELETE": "on",
    }
    assert browser.post(f"/admin/accounts/user/{person.pk}/change/", form).status_code == 302
    assert not Membership.objects.filter(user=person).exists()
    actions = list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions == ["user.changed", "membership.granted", "user.changed", "membership.revoked"]
    assert ledger.verify().intact


def test_api_key_is_shown_once(browser, staff, home):
    MembershipFactory(user=staff, team=home, role="administrator")
    form = {
        "team": home.pk,
        "name": "Chat",
        "scopes": ["flags:read"],
        "expires_at_0": "2099-01-01",
        "expires_at_1": "00:00",
    }
    answer = browser.post("/admin/accounts/apikey/add/", form, follow=True)
    key = ApiKey.objects.get()
    assert f"prb_{key.prefix}_" in answer.content.decode()
    assert f"prb_{key.prefix}_" not in browser.get("/admin/accounts/apikey/").content.decode()


def test_ledger_and_keys_cannot_be_changed_there(browser, staff):
    team = TeamFactory()
    browser.post(
        "/admin/accounts/team/add/",
        {"slug": "new", "name": "New", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"},
    )
    entry = LedgerEntry.objects.get(action="team.changed")
    assert browser.post(f"/admin/core/ledgerentry/{entry.pk}/change/", {"action": "x"}).status_code == 403
    assert browser.post(f"/admin/core/ledgerentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert browser.post(f"/admin/accounts/team/{team.pk}/delete/", {"post": "yes"}).status_code == 403
