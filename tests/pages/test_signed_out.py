"""A part of a page that somebody signed out asks for."""

from __future__ import annotations

import pytest

PART = {"HX-Request": "true"}


@pytest.mark.parametrize(("method", "address"), [("post", "/findings/1/prolong/"), ("get", "/queue/")])
def test_a_part_is_refused_instead_of_becoming_the_sign_in_page(client, db, method, address):
    answer = getattr(client, method)(address, headers=PART)
    assert (answer.status_code, answer.content) == (403, b"You are signed out.")


@pytest.mark.parametrize("headers", [{}, PART | {"HX-History-Restore-Request": "true"}], ids=["page", "going back"])
def test_a_whole_page_leads_to_signing_in(client, db, headers):
    answer = client.get("/queue/", headers=headers)
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/queue/")
