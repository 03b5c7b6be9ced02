import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assistants.models import Conversation
from consent.services.holds import hold_place
from tests.audits.conversations import Told, conversations_make
from tests.consent.retaining import rule_make
from tests.factories import AssistantFactory, DataSubjectFactory


def run(*arguments):
    out = StringIO()
    call_command("retention_run", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def old(home):
    assistant = AssistantFactory(team=home, name="Ava")
    told = Told(day=(timezone.now() - timedelta(days=400)).date(), subject=DataSubjectFactory(team=home))
    return conversations_make(assistant, [told] * 3)


def test_dry_run_counts_and_the_run_disposes(home, away, old, privacy_officer):
    rule_make(home, privacy_officer)
    assert run("--dry-run") == (
        "Away: would dispose of 0 rows\n"
        "Home: would dispose of 3 rows\n"
        "  Transcripts and metadata, Ava: 3 due, 3 within 30 days, 0 held back\n"
    )
    [document] = json.loads(run("--team", "home", "--dry-run", "--json"))
    assert (document["team"], document["dry_run"], document["disposed"]) == ("home", True, 0)
    assert Conversation.objects.filter(sealed__isnull=False).count() == 3
    hold = hold_place(team=home, subject=old[0].subject, matter="m", reason="r", actor=privacy_officer)
    assert "0 due, 0 within 30 days, 3 held back" in run("--team", "home")
    assert hold.in_force
    assert Conversation.objects.filter(sealed__isnull=False).count() == 3


def test_unknown_team_is_a_usage_error(db):
    with pytest.raises(CommandError, match="no team nobody") as refused:
        run("--team", "nobody")
    assert refused.value.returncode == 2
