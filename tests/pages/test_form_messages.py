"""No form repeats what was typed: an address could put any words on a page of the portal."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.urls import get_resolver

TYPED = "Call 555 0100 to unlock"


def every_form(of=forms.BaseForm):
    for one in of.__subclasses__():
        yield one
        yield from every_form(one)


def test_no_message_of_any_field_repeats_a_value():
    assert get_resolver().url_patterns  # loads every page's forms
    found = {
        (form.__module__, form.__name__, name, code)
        for form in every_form()
        for name, field in getattr(form, "base_fields", {}).items()
        for code, message in field.error_messages.items()
        if re.search(r"%\((value|pk)\)", str(message))
    }
    assert found <= {("django.contrib.admin.helpers", "ActionForm", "action", "invalid_choice")}  # shown nowhere


@pytest.mark.parametrize("address", ["/findings/?state=", "/queue/?severity=", "/cycles/?state="])
def test_a_filter_does_not_put_its_address_on_the_page(reviewer, as_user, address):
    page = as_user(reviewer).get(address + TYPED).content.decode()
    assert "That choice is not one of the available choices." in page
    assert TYPED not in page
