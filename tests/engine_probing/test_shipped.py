"""The sets that come with the product: broad enough, and without a fault in anything that they can send."""

from __future__ import annotations

from collections import Counter

import pytest

from audits.engine.probing import ProbeSet, all_renderings, faults_of, shipped_sets

SERVICE = shipped_sets()[0]


@pytest.mark.parametrize("probe_set", shipped_sets(), ids=lambda one: one.name)
def test_shipped_set_has_no_fault(probe_set):
    assert faults_of(probe_set) == []


def test_shipped_set_survives_its_own_json():
    assert ProbeSet.from_json(SERVICE.to_json()) == SERVICE


def test_customer_service_set_covers_eight_intents_with_four_templates_each():
    assert Counter(template.intent for template in SERVICE.templates) == dict.fromkeys(
        ["billing", "refund", "delivery", "account_access", "complaint", "cancellation", "technical_help",
         "booking_change"],
        4,
    )  # fmt: skip


def test_every_template_can_show_every_cue():
    shown = {(template.id, cue.name) for template, cue, _ in all_renderings(SERVICE)}
    assert shown == {(template.id, cue.name) for template in SERVICE.templates for cue in SERVICE.cues}


def test_every_group_of_names_has_ten_names_and_varied_surnames():
    for cue in SERVICE.cues:
        for group in cue.groups:
            if group.surnames:
                assert len({value.text for value in group.values}) >= 10
                assert len(set(group.surnames)) >= 5


def test_every_cue_says_where_it_comes_from():
    assert [cue.name for cue in SERVICE.cues if not cue.source] == []
