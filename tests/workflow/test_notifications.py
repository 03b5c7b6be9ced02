"""Mail goes to whom it concerns, with an id and a link and nothing else."""

from __future__ import annotations

from audits.models import Programme
from audits.services.findings import finding_confirm
from audits.services.notifications import notification_send
from portal.core.models import Job


def _told(finding, *people):
    Programme.objects.get(assistant=finding.assistant).notify.set(people)


def test_notification_send_tells_programme_and_owner_but_not_the_doer(
    finding, reviewer, manager, approver, mailoutbox, settings
):
    settings.PROBITY_BASE_URL = "https://probity.example.org/"
    finding_confirm(finding_id=finding.pk, actor=reviewer, note="Ann, 71.", owner=manager)
    _told(finding, reviewer, approver)
    job = Job.objects.filter(task="audits.notify").latest("pk")
    assert notification_send(**job.payload) == 2
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([manager.email, approver.email])
    assert {mail.subject for mail in mailoutbox} == {f"Finding {finding.pk}: Finding confirmed"}
    assert {mail.body for mail in mailoutbox} == {
        f"Finding confirmed.\n\nhttps://probity.example.org/findings/{finding.pk}/\n"
    }


def test_notification_send_leaves_out_who_may_no_longer_see_it(finding, outsider, nobody, mailoutbox):
    _told(finding, outsider, nobody)
    assert notification_send(finding_id=finding.pk, action="finding.raised", by="system") == 0
    assert mailoutbox == []


def test_notification_send_for_a_finding_that_is_gone_does_nothing(db, mailoutbox):
    assert notification_send(finding_id=1, action="finding.raised", by="system") == 0
    assert mailoutbox == []
