import json

import pytest

from audits.models import DetectionPattern
from audits.programmes import checks_validated, default_checks
from audits.services.programmes import programme_ensure
from portal.accounts.models import User
from portal.core.models import LedgerEntry
from tests.factories import AssistantFactory, MembershipFactory

LISTS = ["programme", "cycle", "checkrun", "finding", "flag"]


@pytest.fixture
def staff(home):
    person = User.objects.create_superuser("ada@test.example", "correct horse battery")
    MembershipFactory(user=person, team=home, role="administrator")
    return person


@pytest.fixture
def programme(home):
    return programme_ensure(assistant=AssistantFactory(team=home))


def change(browser, programme, **values):
    form = {"frequency": "weekly", "active": "on", "checks": json.dumps(default_checks()), **values}
    return browser.post(f"/admin/audits/programme/{programme.pk}/change/", form)


def test_programme_is_changed_through_its_service(as_user, staff, programme):
    checks = [{"kind": "disclosure", "enabled": True, "params": {"min_rate": 0.9}}]
    assert change(as_user(staff), programme, checks=json.dumps(checks)).status_code == 302
    programme.refresh_from_db()
    assert (programme.frequency, programme.checks) == ("weekly", checks_validated(checks))
    assert LedgerEntry.objects.filter(action="programme.changed", actor=staff.actor_ref).count() == 1


def test_programme_asks_for_people_to_tell_and_keeps_them(as_user, staff, programme):
    page = as_user(staff).get(f"/admin/audits/programme/{programme.pk}/change/").content.decode()
    assert ("People to tell:" in page, 'data-field-name="people to tell"' in page) == (True, True)
    change(as_user(staff), programme, notify=[staff.pk])
    assert [*programme.notify.all()] == [staff]


def test_unusable_checks_are_refused_with_their_place(as_user, staff, programme):
    answer = change(as_user(staff), programme, checks='[{"kind": "astrology"}]')
    assert answer.status_code == 200
    assert "checks[0].kind" in answer.context["adminform"].form.errors["checks"][0]


@pytest.mark.parametrize(
    "checks",
    [
        '[{"kind": "outcome_gap", "params": {"outcomes": ["\\u0000"]}}]',
        '[{"kind": "\\u0000"}]',
        '[{"kind": "outcome_gap", "params": {"outcomes": ["\\ud800"]}}]',
        '[{"kind": "disclosure", "params": {"min_rate": NaN}}]',
        '[{"kind": "disclosure", "params": {"min_rate": 1e999}}]',
        f'[{{"kind": "disclosure", "params": {{"min_rate": {"9" * 5000}}}}}]',
        "[" * 100_000,
        '[{"kind": "disclosure", "params": {"a": ' + "[" * 700 + "]" * 700 + "}}]",
    ],
    ids=["nul", "nul kind", "half a character", "nan", "infinity", "digits", "deep", "deep params"],
)
def test_json_that_cannot_be_kept_is_refused_at_its_field(as_user, staff, programme, checks):
    answer = change(as_user(staff), programme, checks=checks)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["checks"]


def test_other_json_in_the_admin_is_read_alike(as_user, staff, home):
    assistant = AssistantFactory(team=home)
    answer = as_user(staff).post(
        f"/admin/assistants/assistant/{assistant.pk}/change/", {"disclosure_texts": '{"en": "\\u0000"}'}
    )
    assert "disclosure_texts" in answer.context["adminform"].form.errors


def test_programme_of_another_team_is_not_there(as_user, staff, away):
    other = programme_ensure(assistant=AssistantFactory(team=away))
    browser = as_user(staff)
    assert change(browser, other).status_code == 302
    other.refresh_from_db()
    assert other.frequency == "monthly"


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_and_nothing_can_be_added(as_user, staff, name):
    browser = as_user(staff)
    assert browser.get(f"/admin/audits/{name}/").status_code == 200
    assert browser.get(f"/admin/audits/{name}/add/").status_code == 403


PATTERN = {
    "type": "ORDER_NUMBER",
    "name": "Order number",
    "pattern": r"BW-\d{7}",
    "context": "en: order, order no",
    "must_match": "order BW-1111111",
    "must_not_match": "",
    "score": "0.8",
}


def test_a_pattern_is_drafted_tried_and_taken_live_through_its_services(as_user, staff, home):
    assistant = AssistantFactory(team=home)
    browser = as_user(staff)
    add = "/admin/audits/detectionpattern/add/"
    refused = browser.post(add, {**PATTERN, "assistant": assistant.pk, "pattern": r"BW-\d+"})
    assert "repeats without end" in refused.context["adminform"].form.errors["pattern"][0]
    assert browser.post(add, {**PATTERN, "assistant": assistant.pk}).status_code == 302
    pattern = DetectionPattern.objects.get()
    assert (pattern.state, pattern.context) == ("draft", {"en": ["order", "order no"]})

    def act(name: str) -> None:
        url = "/admin/audits/detectionpattern/"
        browser.post(url, {"action": name, "_selected_action": [DetectionPattern.objects.latest("pk").pk]}, follow=True)

    act("take_live")
    pattern.refresh_from_db()
    assert pattern.state == "draft"  # it was never tried
    act("try_out")
    act("take_live")
    pattern.refresh_from_db()
    assert pattern.state == "live"
    page = f"/admin/audits/detectionpattern/{pattern.pk}/change/"
    shown = browser.get(page).content.decode()
    assert "en: order, order no" in shown
    assert browser.post(page, {**PATTERN, "name": "Order no."}).status_code == 302
    assert list(DetectionPattern.objects.order_by("pk").values_list("version", "state", "name")) == [
        (1, "live", "Order number"),
        (2, "draft", "Order no."),
    ]
    act("retire")
    assert DetectionPattern.objects.latest("pk").state == "retired"
    told = LedgerEntry.objects.filter(actor=staff.actor_ref, action__startswith="pattern").order_by("seq")
    assert list(told.values_list("action", flat=True)) == [
        "pattern.drafted", "pattern.tried", "pattern.activated", "pattern.drafted", "pattern.retired",
    ]  # fmt: skip


def test_a_pattern_of_another_team_is_not_there(as_user, staff, away):
    other = AssistantFactory(team=away)
    answer = as_user(staff).post("/admin/audits/detectionpattern/add/", {**PATTERN, "assistant": other.pk})
    assert "assistant" in answer.context["adminform"].form.errors
