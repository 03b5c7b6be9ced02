"""The conversation page with a revealed value, the form that asks why, and the lists of those who watch over it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audits.models import Detection, Reveal, TranscriptRead
from audits.queries.masking import Mask
from audits.services.reveals import span_reveal
from audits.services.scanning import conversations_scan
from tests.audits.conversations import Told, conversations_make
from tests.factories import PASSWORD
from tests.reveals.conftest import CARD, EMAIL

WHY = "The customer asks where the parcel went."


@pytest.fixture
def address(told, masks):
    def of(kind: str) -> str:
        return reverse("audits:conversation-reveal", args=[told.public_id, told.revision, *masks[kind].place])

    return of


@pytest.fixture
def page_of(told, as_user):
    def get(person) -> str:
        return as_user(person).get(reverse("audits:conversation", args=[told.public_id])).content.decode()

    return get


def test_reason_leads_back_to_the_turn_with_the_value_in_clear(told, address, as_user, reviewer, page_of, auditor):
    client = as_user(reviewer)
    asked = client.get(address("EMAIL_ADDRESS"))
    assert (asked.status_code, EMAIL in asked.content.decode()) == (200, False)
    assert "no-store" in asked["Cache-Control"]
    answer = client.post(address("EMAIL_ADDRESS"), {"reason": WHY})
    assert answer["Location"] == reverse("audits:conversation", args=[told.public_id]) + "#turn-2"
    shown = client.get(answer["Location"])
    assert "no-store" in shown["Cache-Control"]
    assert shown.content.decode().count(EMAIL) == 2
    assert CARD not in shown.content.decode()
    assert EMAIL not in page_of(auditor)


def test_masking_again_ends_it(told, address, as_user, reviewer):
    client = as_user(reviewer)
    client.post(address("EMAIL_ADDRESS"), {"reason": WHY})
    answer = client.post(reverse("audits:conversation-mask", args=[told.public_id]), follow=True)
    assert EMAIL not in answer.content.decode()


def test_bad_reason_comes_back_with_what_is_wrong(address, as_user, reviewer):
    answer = as_user(reviewer).post(address("EMAIL_ADDRESS"), {"reason": f"Is it {EMAIL}, as they say?"})
    assert answer.status_code == 422
    assert "The reason itself seems to hold personal data" in answer.content.decode()
    assert Reveal.objects.count() == 0


def test_limit_says_when_to_come_back(address, as_user, reviewer, settings):
    settings.PROBITY_REVEALS_PER_HOUR = 1
    client = as_user(reviewer)
    client.post(address("EMAIL_ADDRESS"), {"reason": WHY})
    answer = client.post(address("PHONE_NUMBER"), {"reason": WHY})
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3601


def test_grave_type_asks_for_the_password_before_the_reason(told, address, as_user, reviewer):
    client = as_user(reviewer)
    first = client.get(address("CREDIT_CARD"))
    assert first["Location"].startswith(reverse("account_reauthenticate"))
    refused = client.post(address("CREDIT_CARD"), {"reason": WHY})
    assert (refused.status_code, Reveal.objects.count()) == (403, 0)
    client.post(first["Location"], {"password": PASSWORD})
    assert client.get(address("CREDIT_CARD")).status_code == 200
    assert CARD in client.post(address("CREDIT_CARD"), {"reason": WHY}, follow=True).content.decode()


def test_value_is_escaped(assistant, reviewer, as_user, privacy_officer):
    value = '<script>alert("1")</script>'
    [made] = conversations_make(assistant, [Told(turns=[("customer", f"My {value} thanks")])])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    Detection.objects.all().delete()
    made.detections.create(
        turn=0, start=3, end=3 + len(value), type="CREDENTIAL", role="customer", origin="volunteered", score=1.0,
        value_hash=b"h" * 32,
    )  # fmt: skip
    span_reveal(
        conversation=made.public_id, revision=1, turn=0, start=3, end=3 + len(value), reason=WHY,
        reauthenticated=True, actor=reviewer,
    )  # fmt: skip
    page = as_user(reviewer).get(reverse("audits:conversation", args=[made.public_id])).content.decode()
    assert (value in page, escape(value) in page) == (False, True)


def test_mask_is_a_link_for_those_who_may_and_a_word_for_others(page_of, reviewer, auditor):
    assert ("/reveal/" in page_of(reviewer), "/reveal/" in page_of(auditor)) == (True, False)


def test_place_without_a_mask_does_not_exist(told, as_user, reviewer):
    url = reverse("audits:conversation-reveal", args=[told.public_id, 1, 0, 0, 5])
    assert as_user(reviewer).get(url).status_code == 404


@pytest.fixture
def revealed(told, masks: dict[str, Mask], reviewer) -> Reveal:
    turn, start, end = masks["EMAIL_ADDRESS"].place
    return span_reveal(
        conversation=told.public_id, revision=1, turn=turn, start=start, end=end, reason=WHY,
        reauthenticated=False, actor=reviewer,
    )  # fmt: skip


def test_list_tells_who_and_what_and_the_reason_to_the_privacy_officer_alone(
    revealed, as_user, privacy_officer, manager, auditor
):
    url = reverse("audits:reveals")
    pages = {person.name: as_user(person).get(url).content.decode() for person in (privacy_officer, manager, auditor)}
    told = {
        name: [word in page for word in ("Rita Reviewer", "email address", WHY, EMAIL)] for name, page in pages.items()
    }
    assert told == {
        "Petra Privacy": [True, True, True, False],
        "Mona Manager": [True, True, False, False],
        "Otto Auditor": [True, True, False, False],
    }


def test_list_is_narrowed_by_every_filter(revealed, as_user, privacy_officer, reviewer):
    client, today = as_user(privacy_officer), revealed.revealed_at.date().isoformat()
    fits = [
        f"person={reviewer.pk}",
        "type=EMAIL_ADDRESS",
        "assistant=ava",
        f"since={today}",
        f"until={today}",
        "open_only=on",
    ]
    assert [len(client.get(f"/access/?{query}").context["lines"]) for query in fits] == [1] * len(fits)
    Reveal.objects.update(ended_at=timezone.now())
    misses = ["since=2999-01-01", "until=2000-01-01", "open_only=on", f"before={revealed.pk}"]
    assert [len(client.get(f"/access/?{query}").context["lines"]) for query in misses] == [0] * len(misses)


def test_file_has_the_reason_for_the_privacy_officer_alone_and_calculates_nothing(
    revealed, as_user, privacy_officer, manager
):
    Reveal.objects.get().refresh_from_db()
    revealed.reason = "=1+1 the customer asked for it"
    revealed.save(update_fields=["reason"])
    rows = {}
    for person in (privacy_officer, manager):
        text = as_user(person).get(reverse("audits:reveals-csv")).getvalue().decode()
        rows[person.name] = list(csv.DictReader(io.StringIO(text)))
    assert [[row["reason"] for row in found] for found in rows.values()] == [["'=1+1 the customer asked for it"], [""]]
    assert rows["Mona Manager"][0]["types"] == "EMAIL_ADDRESS"


def test_pages_of_a_long_list_follow_one_another(told, reviewer, as_user, manager):
    now = timezone.now()
    Reveal.objects.bulk_create(
        Reveal(
            conversation=told, revision=1, turn=0, start=number, end=number + 1, types=["PERSON"], person=reviewer,
            reason=WHY, salt=b"s", revealed_at=now, expires_at=now + timedelta(minutes=5),
        )
        for number in range(60)
    )  # fmt: skip
    client = as_user(manager)
    first = client.get("/access/?type=PERSON")
    second = client.get(f"/access/?{first.context['older']}")
    starts = [line.reveal.start for page in (first, second) for line in page.context["lines"]]
    assert starts == list(range(59, -1, -1))


@pytest.mark.parametrize("address", ["/access/", "/access/transcripts/"])
def test_lists_cost_the_same_at_one_and_at_thirty_rows(told, reviewer, as_user, privacy_officer, address):
    client, now = as_user(privacy_officer), timezone.now()

    def cost(rows: int) -> int:
        for number in range(Reveal.objects.count(), rows):
            Reveal.objects.create(
                conversation=told, revision=1, turn=0, start=number, end=number + 1, types=["PERSON"],
                person=reviewer, reason=WHY, salt=b"s", revealed_at=now, expires_at=now + timedelta(minutes=5),
            )  # fmt: skip
            TranscriptRead.objects.create(
                conversation=told, person=reviewer, day=(now - timedelta(days=number)).date(), at=now
            )
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(address).context["lines"]) == rows
        return len(queries)

    assert cost(1) == cost(30)


def test_opening_a_transcript_is_written_down_once_a_day(told, page_of, reviewer, auditor, as_user, privacy_officer):
    page_of(reviewer)
    page_of(reviewer)
    page_of(auditor)
    assert sorted(TranscriptRead.objects.values_list("person", flat=True)) == sorted([reviewer.pk, auditor.pk])
    page = as_user(privacy_officer).get(reverse("audits:transcript-reads"))
    assert sorted(person for person, _ in page.context["lines"]) == ["Otto Auditor", "Rita Reviewer"]


def test_opening_a_withheld_transcript_reads_nothing(told, page_of, reviewer):
    type(told).objects.filter(pk=told.pk).update(state="received")
    page_of(reviewer)
    assert TranscriptRead.objects.count() == 0


def test_api_lists_reveals_without_reasons(revealed, client, api_key, told):
    answer = client.get("/api/v1/reveals/?type=EMAIL_ADDRESS", headers={"Authorization": api_key("audits:read")})
    [row] = answer.json()["results"]
    assert (row["conversation"], row["types"], row["person"]) == (
        str(told.public_id), ["EMAIL_ADDRESS"], f"user:{revealed.person_id}",
    )  # fmt: skip
    assert WHY not in answer.content.decode()


def test_dashboard_counts_by_person_for_those_who_watch(revealed, as_user, manager, reviewer):
    pages = [as_user(person).get("/dashboard/").content.decode() for person in (manager, reviewer)]
    assert ["Values revealed behind masks" in page for page in pages] == [True, False]
    assert "Rita Reviewer</a>: 1" in pages[0]
