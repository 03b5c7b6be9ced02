"""What a customer asks for does not vanish before the answer."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assistants.models import Conversation
from consent.services.links import subjects_merge
from consent.services.requests.handling import request_hold, request_refuse
from consent.services.retention_runs import retention_run_now
from portal.core.actors import SYSTEM
from tests.audits.conversations import conversations_make
from tests.consent.retaining import rule_make
from tests.consent.test_retention_runs import told
from tests.erasure.requests_made import request_make, subject_make
from tests.factories import AssistantFactory, DataSubjectFactory


@pytest.mark.parametrize("kind", ["access", "portability", "rectification", "restriction"])
def test_data_is_held_back_until_the_request_is_closed(client, home, privacy_officer, kind):
    assistant = AssistantFactory(team=home, name="Ava")
    asking, other = subject_make(home), DataSubjectFactory(team=home)
    mine, _ = conversations_make(assistant, [told(400, subject=one) for one in (asking, other)])
    request = request_make(asking, actor=privacy_officer, kind=kind)
    request_hold(public_id=request.public_id, reason="clarification", note="What exactly?", actor=privacy_officer)
    rule_make(home, privacy_officer)
    dry = retention_run_now(team=home, dry=True, actor=privacy_officer)
    [figures] = [one for one in dry.figures if one["data_class"] == "transcript"]
    assert (figures["due"], figures["held"], figures["breach"]) == (1, 1, 1)
    client.force_login(privacy_officer)
    assert "Held back" in client.get(reverse("retention:overview")).content.decode()
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    assert Conversation.objects.get(sealed__isnull=False) == mine
    request_refuse(public_id=request.public_id, reason="withdrawn", note="Taken back.", actor=privacy_officer)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1


def test_merged_records_are_held_back_too_and_an_erasure_request_holds_nothing(home, privacy_officer):
    assistant = AssistantFactory(team=home, name="Ava")
    asking, same, leaving = subject_make(home, "C-1"), subject_make(home, "C-2"), subject_make(home, "C-3")
    conversations_make(assistant, [told(400, subject=one) for one in (asking, same, leaving)])
    subjects_merge(subject_id=asking.pk, other_id=same.pk, reason="same_contact", actor=privacy_officer)
    request_make(asking, actor=privacy_officer, kind="access")
    request_make(leaving, actor=privacy_officer, kind="erasure")
    rule_make(home, privacy_officer)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    assert Conversation.objects.get(sealed__isnull=True).subject == leaving
