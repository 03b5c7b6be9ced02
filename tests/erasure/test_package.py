"""The answer to a request for access: everything about the customer, nothing about anybody else, and not for long."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from assistants.transcripts import Turn
from audits.engine.conversation import Detection, scan
from audits.engine.conversation import Turn as EngineTurn
from audits.services.portfolio import WITHHELD, Own, answer_redacted
from consent.models import AccessPackage, DataSubject
from consent.services.erasures import subjects_erase
from consent.services.links import merge_confirm, subjects_merge, subjects_unmerge
from consent.services.requests.clock import packages_expire
from consent.services.requests.packaging import package_build, package_content, package_download, package_order
from consent.services.requests.readable import in_words, section_html
from consent.traces import Section
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, NotFound
from portal.core.models import LedgerEntry
from tests.audits.own_patterns import live
from tests.audits.training import dataset_make, example
from tests.erasure.requests_made import request_make, request_started, subject_make
from tests.erasure.scene import MARKER, OTHER, REFERENCE, hand_over, told
from tests.jobs import drain

ADDRESS = f"{MARKER.lower()}@mail.example"
STRANGER = "someone.else@firm.example"


@pytest.fixture
def access(scene, privacy_officer):
    """An access request in progress, with a conversation in which the assistant gave a stranger's address away."""
    turns = [
        {"role": "customer", "text": "Who else is on my booking?"},
        {"role": "assistant", "text": f"{STRANGER}, and you: {ADDRESS}. Ask {STRANGER} too."},
    ]
    hand_over(scene.assistant, told("ext-leak", turns=turns))
    request = request_started(scene.subject, actor=privacy_officer, kind="access")
    package_order(public_id=request.public_id, actor=privacy_officer)
    drain()
    return request


def opened(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_package_holds_the_customer_and_no_stranger(access, privacy_officer):
    package, content = package_download(public_id=access.public_id, actor=privacy_officer)
    files = opened(content)
    assert {"index.html", "style.css", "data/conversations.json", "data/consents.json", "data/about-you.json"} <= set(
        files
    )
    conversations = json.loads(files["data/conversations.json"])
    assert len(conversations) == 3
    answer = next(one for one in conversations if one["external_id"] == "ext-leak")["messages"][1]["text"]
    assert answer == f"[EMAIL_ADDRESS], and you: {ADDRESS}. Ask [EMAIL_ADDRESS] too."
    everything = "\n".join(files.values())
    assert STRANGER not in everything
    assert OTHER["external_id"] not in everything
    assert json.loads(files["data/about-you.json"])["your reference"] == REFERENCE
    assert json.loads(files["data/attributes.json"])[0]["age_group"] == f"age {MARKER}"
    assert json.loads(files["data/consents.json"])[0]["verification"] == f"passport {MARKER}"
    assert [one["purpose"] for one in json.loads(files["data/purposes.json"])] == ["Training"]
    assert {"data/receipts.json", "data/retention.json", "data/recipients.json"} <= set(files)
    assert ADDRESS in files["index.html"]
    assert not re.search(r"\d{4}-\d\d-\d\dT|occurred_at|age_group|P\d+[YMD]", files["index.html"])
    assert package.contents["conversations"] == 3


def test_the_readable_copy_leaves_out_what_says_nothing():
    rows = [{"What": "Given", "Until": None, "On": date(2026, 3, 1)}, {"What": "Withdrawn", "Until": "", "On": None}]
    table = section_html(Section(name="x", title="X", data=["codes"], shown=rows))
    assert [column in table for column in ("What", "On", "Until")] == [True, True, False]
    assert '<td data-label="On">1 March 2026</td>' in table
    terms = section_html(Section(name="x", title="X", data={}, shown={"Recipients": [], "Younger than": None}))
    assert ("<dd>none</dd>" in terms, "Younger" in terms) == (True, False)
    assert in_words(datetime(2026, 3, 1, 9, 5, tzinfo=UTC)) == "1 March 2026, 09:05 UTC"
    assert in_words(["a", True]) == "a, yes"


def test_own_patterns_and_training_data_are_cut_like_conversations(scene, privacy_officer):
    """Another customer's number that only an own pattern knows, and the answers of training rows."""
    live(scene.assistant, privacy_officer)
    turns = [
        {"role": "customer", "text": "Where is BW-1234567?"},
        {"role": "assistant", "text": "BW-1234567 is on its way, and so is BW-7654321."},
    ]
    hand_over(scene.assistant, told("ext-order", turns=turns))
    answer = f"{STRANGER} asked about BW-7654321, and you, {ADDRESS}, about BW-1234567."
    row = example(1, customer_ref=REFERENCE, input=f"I am {MARKER}.", output=answer)
    dataset_make(scene.assistant, [row], consents=False)
    subjects = DataSubject.objects.filter(pk=scene.subject.pk)
    files = opened(package_content(list(subjects), kind="access")[0])
    [shown] = json.loads(files["data/training_data.json"])
    assert shown["input"] == f"I am {MARKER}."
    assert shown["output"] == f"[EMAIL_ADDRESS] asked about [ORDER_NUMBER], and you, {ADDRESS}, about BW-1234567."
    conversations = json.loads(files["data/conversations.json"])
    order = next(one for one in conversations if one["external_id"] == "ext-order")["messages"][1]["text"]
    assert order == "BW-1234567 is on its way, and so is [ORDER_NUMBER]."
    everything = "\n".join(files.values())
    assert STRANGER not in everything
    assert "BW-7654321" not in everything


def test_package_is_sealed_at_rest_and_its_download_is_written_down(access, privacy_officer, auditor):
    package = AccessPackage.objects.get()
    assert not bytes(package.sealed).startswith(b"PK")
    with pytest.raises(Denied):
        package_download(public_id=access.public_id, actor=auditor)
    package_download(public_id=access.public_id, actor=privacy_officer)
    entry = LedgerEntry.objects.get(action="request.package_downloaded")
    assert entry.actor == privacy_officer.actor_ref
    assert MARKER not in entry.body


def test_package_is_deleted_when_its_time_is_over(access, privacy_officer):
    AccessPackage.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        package_download(public_id=access.public_id, actor=privacy_officer)
    assert packages_expire() == 1
    assert AccessPackage.objects.get().sealed is None
    assert packages_expire() == 0


def test_portability_holds_only_what_the_customer_provided(scene, privacy_officer):
    request = request_started(scene.subject, actor=privacy_officer, kind="portability")
    package_order(public_id=request.public_id, actor=privacy_officer)
    drain()
    _, content = package_download(public_id=request.public_id, actor=privacy_officer)
    assert set(opened(content)) == {"index.html", "style.css", "data/consents.json", "data/conversations.json"}


def test_only_access_in_progress_is_packaged(scene, privacy_officer):
    for made in (request_make(scene.subject, actor=privacy_officer, kind="access"), scene.request):
        with pytest.raises(Conflict):
            package_order(public_id=made.public_id, actor=privacy_officer)


TURNS = [
    Turn("customer", "I am Maria Schmidt, maria@home.example"),
    Turn("agent", "Hello Maria, this is Peter Novak. maria@home.example and 030 123456?"),
]


def test_answers_keep_what_the_customer_said_and_lose_what_others_are_called():
    found = scan([EngineTurn(turn.role, turn.text) for turn in TURNS], language="en").detections
    own = Own()
    for one in found:
        if one.role == "customer":
            own.add(one, TURNS[one.turn_index].text[one.start : one.end])
    first, answer = answer_redacted(TURNS, found, own)
    assert first == TURNS[0].text
    assert "maria@home.example" in answer
    assert "Novak" not in answer


def test_what_others_are_called_is_cut_out_wherever_it_is_said_and_not_in_other_words():
    turns = [
        Turn("agent", "This is Mark Hill. Rose from Marketing is in, Marks mate."),
        Turn("agent", "Rose, Roses, Market"),
    ]
    found = [
        Detection(0, start, start + len(value), "PERSON", "agent", "echoed", 0.9, value.lower())
        for value in ("Mark", "Rose")
        for start in [turns[0].text.index(value)]
    ]
    assert answer_redacted(turns, found, Own()) == [
        "This is [PERSON] Hill. [PERSON] from Marketing is in, [PERSON]s mate.",
        "[PERSON], [PERSON]s, Market",
    ]


def test_what_cannot_be_checked_is_withheld():
    assert answer_redacted(TURNS, None, Own()) == [TURNS[0].text, WITHHELD]


def test_a_package_of_two_records_outlives_neither_their_parting_nor_an_erasure(scene, home, privacy_officer):
    """Whoever was taken for the same person must not get the other's data, and an erasure of one takes it along."""
    second = subject_make(home, "second-reference")
    merge = {"actor": privacy_officer, "reason": "same_contact"}
    step = subjects_merge(subject_id=scene.subject.pk, other_id=second.pk, **merge)
    merge_confirm(merge=step.merge, **merge)
    request = request_started(second, actor=privacy_officer, kind="access")
    package_build(request_id=request.pk)
    assert package_download(public_id=request.public_id, actor=privacy_officer)[0].contents["conversations"] == 2
    subjects_unmerge(merge=step.merge, **merge)
    with pytest.raises(Conflict) as parted:
        package_download(public_id=request.public_id, actor=privacy_officer)
    assert parted.value.code == "package_outdated"
    subjects_erase(subject_ids=[scene.subject.pk], actor=SYSTEM)
    assert AccessPackage.objects.get().sealed is None
