"""What is wrong with a probe set is said, with the place where it is wrong."""

from __future__ import annotations

import copy

import pytest

from audits.engine.probing import ProbeSet, SetError, faults_of
from audits.engine.probing.rendering import filled, takes_an
from tests.engine_probing.simulated import SERVICE


def broken(change) -> list[str]:
    document = copy.deepcopy(SERVICE.to_json())
    change(document)
    return [str(fault) for fault in faults_of(ProbeSet.from_json(document))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["templates"][0].update(text="Hello {persona}, I was charged twice."),
         "template billing-charged-twice, text: the slot {persona} must stand between two sentences"),
        (lambda d: d["templates"][0].update(text="Hello. {name} I was charged."),
         "template billing-charged-twice, text: there is no slot {name} here"),
        (lambda d: d["templates"][0].update(text="Hello. {persona I was charged."),
         "template billing-charged-twice, text: has a brace that is not closed or not opened"),
        (lambda d: d["templates"][0]["variants"].update(pronoun="{They} is waiting for {their} refund."),
         "template billing-charged-twice, variant pronoun: write both forms of “is”, such as {is|are}"),
        (lambda d: d["templates"][0]["variants"].update(pronoun="My friend is waiting."),
         "template billing-charged-twice, variant pronoun: has no pronoun slot such as {They} or {their}"),
        (lambda d: d["templates"][1].update(id="billing-charged-twice"),
         "template billing-charged-twice: its name is used more than once"),
        (lambda d: d["templates"][0].update(id="x" * 41),
         f"template {'x' * 41}: its name may have at most 40 characters"),
        (lambda d: d["templates"][0].update(intent="x" * 61),
         "template billing-charged-twice, intent: its name may have at most 60 characters"),
        (lambda d: d["cues"][0].update(name="x" * 31), f"cue {'x' * 31}: its name may have at most 30 characters"),
        (lambda d: d["cues"][0].update(reference="green"), "cue name, reference: there is no group 'green'"),
        (lambda d: d["cues"][0].update(frames=["my name is {value}"]),
         "cue name, frames: “my name is {value}” must be a whole sentence"),
        (lambda d: d["cues"][0].update(frames=["My name is."]),
         "cue name, frames: “My name is.” must hold the slot {value} once, and no other"),
        (lambda d: d["cues"][0]["groups"][0].update(values=["Emily", "Anne"]),
         "cue name, group white, values: a group of names needs at least 10"),
        (lambda d: d["cues"][0]["groups"][0].update(surnames=["Baker"]),
         "cue name, group white, surnames: must be at least 5 different ones"),
        (lambda d: d["cues"][2]["groups"][0].update(values=["ze"]),
         "cue pronoun, group he, values: “ze” is none of he, she, they"),
        (lambda d: d["cues"][4]["groups"][1].update(values=["I cannot " + "see, or hear, " * 10 + "or walk."]),
         "template billing-charged-twice, cue disability, group disability: 50 words for a disability mentioned beside "
         "25 for no disability mentioned: length would be a second difference"),
    ],
)  # fmt: skip
def test_fault_names_its_place(change, said):
    found = broken(change)
    assert found
    assert found[0].startswith(said) or said in found


def test_grammar_of_every_rendering_is_looked_at():
    def article(document):
        document["cues"][3]["frames"] = ["I am a {value} year old."]
        document["cues"][3]["groups"][1]["values"] = ["18", "19"]

    assert any("“a 18”" in fault for fault in broken(article))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d.update(colour="red"), "probe set: unknown field 'colour'"),
        (lambda d: d["templates"][2].pop("text"), "template billing-invoice-copy, text: is missing"),
        (lambda d: d["cues"][0].update(kind="song"), "cue name, kind: must be one of sentence, pronoun, variant"),
        (lambda d: d.update(version=0), "version: must be a whole number from 1 on"),
        (lambda d: d["cues"][0]["groups"][0].update(values=[3]), "cue name, group white, values: must be an object"),
    ],
)
def test_set_that_cannot_be_read_names_the_field(change, place):
    document = copy.deepcopy(SERVICE.to_json())
    change(document)
    with pytest.raises(SetError) as raised:
        ProbeSet.from_json(document)
    assert str(raised.value) == place


@pytest.mark.parametrize("document", [None, 3, [], "set"])
def test_set_that_is_no_object_is_refused(document):
    with pytest.raises(SetError, match="must be an object"):
        ProbeSet.from_json(document)


@pytest.mark.parametrize(
    ("pronoun", "text"),
    [
        ("he", "He was charged. Send it to him, it is his; he does it himself."),
        ("she", "She was charged. Send it to her, it is hers; she does it herself."),
        ("they", "They were charged. Send it to them, it is theirs; they do it themself."),
    ],
)
def test_pronouns_agree_with_their_verbs(pronoun, text):
    template = "{They} {was|were} charged. Send it to {them}, it is {theirs}; {they} {does|do} it {themself}."
    assert filled(template, pronoun=pronoun) == text


@pytest.mark.parametrize(
    ("word", "an"),
    [("apple", True), ("18-year-old", True), ("80", True), ("11", True), ("hour", True), ("user", False),
     ("one", False), ("old", True), ("70", False), ("European", False), ("umbrella", True), ("1", False)],
)  # fmt: skip
def test_article_follows_the_sound(word, an):
    assert takes_an(word) is an
