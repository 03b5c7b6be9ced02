"""A finding that has come back says whether what was read is older than the fix that closed the last one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories import AssistantFactory
from tests.workflow.making import bring, finding_make, run_make


@pytest.mark.parametrize(
    ("since", "days", "said"),
    [
        (-30, 30, "All of what was read here is from before {day}, when that fix took effect"),
        (-30, 40, "Part of what was read here is from before {day}, when that fix took effect"),
        (0, 10, None),
    ],
)
def test_a_finding_come_back_says_what_is_older_than_the_fix(
    home, as_user, reviewer, manager, approver, noon, since, days, said
):
    assistant = AssistantFactory(team=home)
    closed = bring(finding_make(assistant), "closed", finder=reviewer, fixer=manager, approver=approver)
    mended = closed.remediations.get().implemented_at.date()
    start = mended + timedelta(days=since)
    run = run_make(assistant, window_from=start, window_until=start + timedelta(days=days))
    again = finding_make(assistant, run=run)
    assert again.regression_of == closed
    page = as_user(reviewer).get(reverse("audits:finding", args=[again.pk])).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "This has come back" in text
    if said is None:
        assert "took effect" not in text
    else:
        assert said.format(day=f"{mended:%-d %b %Y}") in text


def test_a_finding_come_back_after_a_dismissal_speaks_of_no_fix(home, as_user, reviewer):
    assistant = AssistantFactory(team=home)
    dismissed = finding_make(assistant, severity="low")
    type(dismissed).objects.filter(pk=dismissed.pk).update(state="dismissed", dismissed_by=reviewer)
    again = finding_make(assistant)
    page = as_user(reviewer).get(reverse("audits:finding", args=[again.pk])).content.decode()
    assert "This has come back" in page
    assert "took effect" not in page
