"""What the pages' tests look at: one assistant at home with a scanned conversation, a finding, a flag and a cycle."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assistants.models import Assistant, Conversation
from audits.models import CheckRun, Cycle, Finding, Flag
from audits.services.flags import flag_raise
from audits.services.scanning import conversations_scan
from tests.audits.conversations import Told, conversations_make
from tests.factories import AssistantFactory, ReleaseFactory
from tests.workflow.making import finding_make, run_make

TURNS = (("assistant", "Hello, I am Ava, a virtual assistant."), ("customer", "Where is my parcel?"))


@dataclass(frozen=True)
class Scene:
    assistant: Assistant
    conversation: Conversation
    finding: Finding
    run: CheckRun
    cycle: Cycle
    flag: Flag


@pytest.fixture
def assistant(home) -> Assistant:
    assistant = AssistantFactory(team=home, slug="ava", name="Ava")
    ReleaseFactory(assistant=assistant, version="2.0")
    return assistant


@pytest.fixture
def conversation(assistant: Assistant) -> Conversation:
    """A scanned conversation."""
    [made] = conversations_make(assistant, [Told(turns=TURNS, outcome={"resolved": True})])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    made.refresh_from_db()
    return made


@pytest.fixture
def finding(assistant: Assistant, conversation: Conversation) -> Finding:
    """A new finding of high severity with one conversation as evidence."""
    return finding_make(assistant, evidence=[conversation], run=run_make(assistant, result=RESULT))


@pytest.fixture
def flag(conversation: Conversation, reviewer) -> Flag:
    return flag_raise(conversation=conversation, kind="wrong", source="reviewer", note="Is that so?", actor=reviewer)


@pytest.fixture
def scene(assistant, conversation, finding, flag) -> Scene:
    run = finding.raised_by_run
    return Scene(assistant, conversation, finding, run, run.cycle, flag)


RESULT = {
    "tables": [
        {
            "title": "resolved by age_group",
            "columns": [
                {"label": "Group", "kind": "text"},
                {"label": "Conversations", "kind": "count"},
                {"label": "Rate", "kind": "share"},
                {"label": "Plausible range", "kind": "interval"},
                {"label": "Difference", "kind": "points"},
                {"label": "Adjusted p", "kind": "p"},
                {"label": "Verdict", "kind": "verdict"},
            ],
            "rows": [
                ["18–34 (reference)", 1200, 0.74, [0.72, 0.77], None, None, None],
                ["65+", 1300, 0.61, [0.58, 0.64], -0.13, 0.00004, "disparity"],
            ],
        }
    ],
    "figures": {"n": 2500},
    "gap": {
        "groups": [
            {
                "group": {"age_group": "18–34"},
                "n": 1200,
                "favourable": 888,
                "rate": 0.74,
                "rate_interval": [0.72, 0.77],
                "is_reference": True,
                "p_adjusted": None,
                "verdict": "no_material_difference",
            },
            {
                "group": {"age_group": None},
                "n": 1300,
                "favourable": 793,
                "rate": 0.61,
                "rate_interval": [0.58, 0.64],
                "difference": -0.13,
                "difference_interval": [-0.166, -0.093],
                "is_reference": False,
                "p_adjusted": 0.00004,
                "verdict": "disparity",
            },
        ]
    },
}
