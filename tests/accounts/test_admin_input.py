"""Whatever is put into an address or a form of the admin site: an answer, never a fault of ours."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin

from portal.accounts.models import User
from portal.core.models import LedgerEntry
from portal.core.roles import Role
from tests.factories import MembershipFactory

QUERIES = ["q=%00", "p=%00"]


@pytest.fixture
def browser(home, as_user):
    person = User.objects.create_superuser("ada@test.example", "correct horse battery")
    for role in Role.values:
        MembershipFactory(user=person, team=home, role=role)
    client = as_user(person)
    client.raise_request_exception = False
    return client


def test_no_input_is_a_fault_of_the_admin_site(browser):
    wrong = []
    for model, its_admin in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        named = [
            getattr(one, "parameter_name", None) or (one if isinstance(one, str) else "")
            for one in its_admin.list_filter
        ]
        filters = [one for one in named if one]
        addresses = [f"?{query}" for query in (*QUERIES, *(f"{one}__exact=%00" for one in filters))]
        wrong += [base + one for one in (*addresses, "%00/change/") if browser.get(base + one).status_code >= 500]
        page = browser.get(f"{base}add/")
        if page.status_code == 200:
            given = dict.fromkeys(page.context["adminform"].form.fields, "a\0")
            if browser.post(f"{base}add/", given).status_code >= 500:
                wrong.append(f"{base}add/")
    assert wrong == []


def test_a_second_factor_is_never_read_or_made_and_its_end_is_written_down(browser, reviewer):
    lost = Authenticator.objects.create(user=reviewer, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK"})
    base = "/admin/mfa/authenticator/"
    assert browser.get(f"{base}add/").status_code == 403
    assert "JBSWY3DPEHPK" not in browser.get(f"{base}{lost.pk}/change/").content.decode()
    assert browser.post(f"{base}{lost.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()
    assert LedgerEntry.objects.filter(action="user.changed", object_id=str(reviewer.pk)).count() == 1
