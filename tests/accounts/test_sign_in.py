import re

import pytest
from django.test import Client

from portal.accounts.models import User
from tests.factories import PASSWORD, UserFactory

LOGIN = "/accounts/login/"


@pytest.fixture
def person(db):
    return UserFactory(email="rita@test.example")


def sign_in(client, password, email="rita@test.example"):
    return client.post(LOGIN, {"login": email, "password": password})


def test_right_password_opens_the_portal(client, person):
    answer = sign_in(client, PASSWORD)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_pages_of_the_login_library_are_titled_as_ours(client, person):
    sign_in(client, PASSWORD)
    texts = [client.get(f"/accounts/{page}/").content.decode() for page in ("2fa", "password/change", "logout")]
    titles = [re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", text, re.DOTALL)[1] for text in texts]
    assert titles == ["Two-factor authentication", "Change password", "Sign out"]


def test_sign_in_form_says_each_thing_once(client, db):
    page = client.get(LOGIN).content.decode()
    assert re.findall(r"<label[^>]*>([^<]*)</label>", page) == [
        "Email",
        "Password",
        "Stay signed in when the browser is closed",
    ]
    assert "placeholder" not in page


def test_wrong_password_does_not_and_does_not_say_which_part_is_wrong(client, person):
    wrong, unknown = sign_in(client, "wrong"), sign_in(client, "wrong", "nobody@test.example")
    errors = [answer.context["form"].errors.get_json_data() for answer in (wrong, unknown)]
    assert errors[0] == errors[1]
    assert [error["code"] for error in errors[0]["__all__"]] == ["email_password_mismatch"]
    assert "_auth_user_id" not in client.session


def test_account_is_locked_after_five_failures_even_for_the_right_password(client, person):
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD).status_code == 429
    assert "_auth_user_id" not in client.session


def test_lockout_of_one_account_leaves_others_alone(client, person):
    UserFactory(email="other@test.example")
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD, "other@test.example").status_code == 302


def test_deactivated_person_cannot_sign_in(client, person):
    User.objects.update(is_active=False)
    sign_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_nobody_can_sign_up(client, db):
    client.post("/accounts/signup/", {"email": "new@test.example", "password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.count() == 0


def test_sign_out_needs_a_post(client, person):
    sign_in(client, PASSWORD)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_forms_are_protected_against_forgery(person):
    assert sign_in(Client(enforce_csrf_checks=True), PASSWORD).status_code == 403


@pytest.mark.parametrize("path", [LOGIN, "/healthz"])
def test_headers_are_strict(client, db, path):
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
