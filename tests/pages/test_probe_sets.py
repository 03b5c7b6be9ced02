"""The pages of probe sets: looked at, copied, changed with a preview, by version."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audits.models import ProbeSetVersion
from audits.services.probe_sets import probe_set_copy

pytestmark = pytest.mark.django_db
TEXT = "Hello. {persona} I was charged twice for order 48213 this week. Can you correct the second charge?"


@pytest.fixture
def copied(home, manager) -> ProbeSetVersion:
    return probe_set_copy(team_id=home.pk, shipped="customer-service", actor=manager)


@pytest.fixture
def browser(as_user, manager):
    return as_user(manager)


def template_form(version: ProbeSetVersion, **changes: str) -> dict[str, str]:
    template = version.document["templates"][0]
    variants = {f"variant_{name}": text for name, text in template["variants"].items()}
    return {"intent": template["intent"], "text": template["text"], **variants, "note": "", **changes}


def cue_form(version: ProbeSetVersion, name: str, **changes: str) -> dict[str, str]:
    cue = next(one for one in version.document["cues"] if one["name"] == name)
    given = {"label": cue["label"], "kind": cue["kind"], "reference": cue["reference"], "source": cue["source"]}
    given["frames"] = "\n".join(cue.get("frames", []))
    for number, group in enumerate(cue["groups"], start=1):
        given[f"group_{number}_name"] = group["name"]
        given[f"group_{number}_label"] = group["label"]
        given[f"group_{number}_values"] = "\n".join(group.get("values", []))
    return {**given, **changes}


def test_shipped_set_is_copied_from_its_page(browser, home):
    shown = browser.get(reverse("audits:probe-set-shipped"))
    assert "Copy it to Home" in shown.content.decode()
    answer = browser.post(reverse("audits:probe-set-copy"), {"team": home.pk, "set": "customer-service"})
    made = ProbeSetVersion.objects.get()
    assert answer.headers["Location"] == reverse("audits:probe-set", args=[made.pk])
    assert "Customer service" in browser.get(reverse("audits:probe-sets")).content.decode()


def test_preview_shows_pairs_and_saves_nothing(browser, copied):
    address = reverse("audits:probe-template", args=[copied.pk, "billing-charged-twice"])
    answer = browser.post(address, template_form(copied, text=TEXT, do="preview"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "order 48213 this week" in page
    assert "<mark>" in page
    assert ProbeSetVersion.objects.count() == 1


def test_preview_alone_is_answered_to_htmx(browser, copied):
    address = reverse("audits:probe-template", args=[copied.pk, "billing-charged-twice"])
    answer = browser.post(address, template_form(copied, text="Hello {persona}, help."), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert "must stand between two sentences" in page
    form = browser.get(address).text
    assert all(
        f"In other words: {words}" in form for words in ("for somebody else", "African American English", "German")
    )


def test_saved_template_is_a_new_version(browser, copied):
    address = reverse("audits:probe-template", args=[copied.pk, "billing-charged-twice"])
    answer = browser.post(address, template_form(copied, text=TEXT, note="This week", do="save"))
    newest = ProbeSetVersion.objects.order_by("-version")[0]
    assert (newest.version, newest.note) == (2, "This week")
    assert newest.document["templates"][0]["text"] == TEXT
    assert answer.headers["Location"].endswith(f"/probe-sets/{newest.pk}/templates/billing-charged-twice/")
    shown = browser.get(reverse("audits:probe-set", args=[copied.pk])).content.decode()
    assert "Version 2</a> is the newest" in shown


def test_fault_is_shown_at_its_field(browser, copied):
    address = reverse("audits:probe-template", args=[copied.pk, "billing-charged-twice"])
    answer = browser.post(address, template_form(copied, variant_pronoun="{They} is late.", do="save"))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "variant_pronoun": ["Write both forms of “is”, such as {is|are}"],
    }
    assert ProbeSetVersion.objects.count() == 1


def test_cue_is_changed_and_its_fault_is_shown_at_the_group(browser, copied):
    address = reverse("audits:probe-cue", args=[copied.pk, "age"])
    wrong = browser.post(address, cue_form(copied, "age", group_2_values="18\n18", do="save"))
    assert wrong.context["form"].errors == {"group_2_values": ["“18” stands twice"]}
    twice = browser.post(address, cue_form(copied, "age", frames="I am old.\nI am young.", do="save")).text
    assert twice.count('<li><a href="#id_frames">Sentences</a>: “I am') == 2  # a line each
    right = browser.post(address, cue_form(copied, "age", group_2_values="18\n19", do="save"))
    assert right.status_code == 302
    newest = ProbeSetVersion.objects.order_by("-version")[0].probe_set()
    assert [value.text for value in newest.cue("age").group("young").values] == ["18", "19"]


def test_new_template_and_new_cue_join_the_set(browser, copied):
    fields = template_form(copied, id="billing-other", text=TEXT, do="save")
    answer = browser.post(reverse("audits:probe-template-new", args=[copied.pk]), fields)
    assert answer.status_code == 302
    newest = ProbeSetVersion.objects.order_by("-version")[0]
    cue = {
        "name": "city", "label": "City", "kind": "sentence", "reference": "small", "frames": "I live in {value}.",
        "group_1_name": "small", "group_1_values": "a small town", "group_2_name": "large",
        "group_2_values": "a large city", "do": "save",
    }  # fmt: skip
    answer = browser.post(reverse("audits:probe-cue-new", args=[newest.pk]), cue)
    assert answer.status_code == 302
    newest = ProbeSetVersion.objects.order_by("-version")[0].probe_set()
    assert (newest.version, newest.templates[-1].id, newest.cues[-1].name) == (3, "billing-other", "city")


def test_name_in_use_is_refused(browser, copied):
    answer = browser.post(
        reverse("audits:probe-template-new", args=[copied.pk]),
        template_form(copied, id="billing-charged-twice", do="save"),
    )
    assert answer.context["form"].errors == {"id": ["There is a template of this name already."]}


def test_template_is_removed_by_a_version_without_it(browser, copied):
    browser.post(reverse("audits:probe-template", args=[copied.pk, "billing-charged-twice"]), {"do": "remove"})
    newest = ProbeSetVersion.objects.order_by("-version")[0].probe_set()
    assert len(newest.templates) == 31


def test_saving_on_an_older_version_is_refused(browser, copied):
    address = reverse("audits:probe-template", args=[copied.pk, "billing-charged-twice"])
    browser.post(address, template_form(copied, text=TEXT, do="save"))
    answer = browser.post(address, template_form(copied, text=TEXT.replace("week", "year"), do="save"))
    assert answer.status_code in (302, 409)
    assert ProbeSetVersion.objects.count() == 2


def test_what_is_not_there_is_not_found(browser, copied):
    for address in (
        reverse("audits:probe-template", args=[copied.pk, "nothing"]),
        reverse("audits:probe-cue", args=[copied.pk, "nothing"]),
        reverse("audits:probe-set-shipped") + "?set=nothing",
    ):
        assert browser.get(address).status_code == 404
