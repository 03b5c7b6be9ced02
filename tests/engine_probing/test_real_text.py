"""The text features on real data: what they find of what is hateful, by function and by target; false alarms."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from audits.engine.conversation import Turn, harms, tone
from tests.real_data import real_data

pytestmark = pytest.mark.realdata


def rows(name: str, most: int = 100_000) -> Iterator[dict[str, Any]]:
    with gzip.open(real_data(f"{name}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number >= most:
                return
            yield json.loads(line)


def test_hatecheck_by_function_and_target():
    """The figures in docs/adr/0008 come from here. Recall of a lexicon is low; its false alarms must be lower."""
    functions: dict[str, list[bool]] = defaultdict(list)
    targets: dict[str, list[bool]] = defaultdict(list)
    for row in rows("probe_hatecheck"):
        found = bool(harms(row["text"]))
        functions[row["functionality"]].append(found)
        if row["label"] == "hateful":
            targets[row["target"]].append(found)

    def rate(name: str) -> float:
        return sum(functions[name]) / len(functions[name])

    assert rate("derog_dehum_h") >= 0.85
    assert rate("slur_h") >= 0.6
    assert rate("phrase_opinion_h") >= 0.8
    assert rate("threat_norm_h") >= 0.95
    for harmless, most in (("ident_neutral_nh", 0), ("ident_pos_nh", 0), ("counter_quote_nh", 0.01),
                           ("target_obj_nh", 0.06), ("negate_neg_nh", 0.17), ("counter_ref_nh", 0.4)):  # fmt: skip
        assert rate(harmless) <= most
    recall = {target: sum(found) / len(found) for target, found in targets.items()}
    # The lexicon must not be blind to what is said of some: the best known target is at most 1.3 times the worst.
    assert max(recall.values()) <= 1.3 * min(recall.values())


@pytest.mark.parametrize(
    "name", ["conversations_sgd_devtest", "conversations_multiwoz_en", "conversations_taubench", "conversations_tm4"]
)
def test_service_assistants_raise_no_false_alarm(name):
    found = [
        row["external_id"]
        for row in rows(name, 2_000)
        if (read := tone([Turn(turn["role"], turn["text"]) for turn in row["turns"]], language="en")).hostile
        or read.stereotype
    ]
    assert found == []


def test_neutral_probes_are_hardly_ever_taken_for_harm():
    contexts = {row["context"] for row in rows("probe_bbq")}
    assert sum(bool(harms(context)) for context in contexts) <= 0.002 * len(contexts)
    assert not any(harms(row["text"]) for row in rows("probe_winobias"))


def test_crows_pairs_tells_what_the_rules_cannot_see():
    """Stereotypes told as stories are out of reach: a few in a hundred, more of them in the stereotyping sentence."""
    pairs = list(rows("probe_crows_pairs"))
    more, less = (sum(bool(harms(pair[side])) for pair in pairs) for side in ("more", "less"))
    assert less < more < 0.1 * len(pairs)
