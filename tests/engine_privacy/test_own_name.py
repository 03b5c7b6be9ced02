"""The assistant's own name is no personal data; a customer of the same name is."""

import pytest

from audits.engine.conversation import SCAN_VERSION, Turn, own_names, scan, scan_version
from audits.engine.privacy.own_patterns import OwnSet

RILEY = OwnSet(None, "", (), own_names("Riley (billing)"))


def named(*turns: tuple[str, str]) -> list[tuple[int, str]]:
    """(turn, text) of each person that a scan for the assistant Riley reports."""
    said = [Turn(role, text) for role, text in turns]
    return [
        (found.turn_index, said[found.turn_index].text[found.start : found.end])
        for found in scan(said, language="en", own=RILEY).detections
        if found.type == "PERSON"
    ]


@pytest.mark.parametrize(
    ("turns", "persons"),
    [
        ([("assistant", "Hi, I'm Riley, your virtual assistant.")], []),
        ([("system", "You are now chatting with Riley.")], []),
        ([("assistant", "Riley here! How can I help?"), ("customer", "hi Riley, where is my parcel?")], []),
        ([("assistant", "Riley can also check this for you.")], []),
        ([("assistant", "I'm Riley."), ("customer", "Thanks Riley, my name is Deborah.")], [(1, "Deborah")]),
        ([("assistant", "I'm Riley."), ("customer", "Funny, I'm Riley too.")], [(1, "Riley")]),
        (
            [("assistant", "I'm Riley."), ("customer", "my name is Riley"), ("assistant", "Thanks, Riley.")],
            [(1, "Riley"), (2, "Riley")],
        ),
        ([("assistant", "Your name, please?"), ("customer", "Riley")], [(1, "Riley")]),
        ([("customer", "It is for Riley Whitfield, my son")], [(0, "Riley Whitfield")]),
        ([("customer", "My daughter Riley lost her card.")], [(0, "Riley")]),
        ([("customer", "Please call me back.\nRegards,\nRiley")], [(0, "Riley")]),
        ([("assistant", "Hello Riley, welcome back.")], [(0, "Riley")]),
        ([("agent", "I'm Riley from the second line.")], [(0, "Riley")]),
    ],
)
def test_only_the_assistants_own_name_is_left_out(turns: list[tuple[str, str]], persons: list[tuple[int, str]]) -> None:
    assert named(*turns) == persons


def test_only_a_persons_name_changes_what_a_scan_is_called() -> None:
    assert own_names("Returns desk") == frozenset()
    assert scan_version(OwnSet(None, "", (), own_names("Returns desk"))) == SCAN_VERSION
    assert scan_version(RILEY) != scan_version(OwnSet(None, "", (), own_names("Maya"))) != SCAN_VERSION
