"""Audits that wait for scans are woken when a scan ends."""

from audits.models import CheckRun, Cycle
from audits.states import CheckState, CycleState
from portal.core.jobs import enqueue


def waiting_audits_wake(*, assistant_id: int) -> None:
    """Queue the next step of every cycle and verification of the assistant that has not started."""
    cycles = Cycle.objects.filter(assistant_id=assistant_id, state=CycleState.SCHEDULED)
    for pk in cycles.order_by("pk").values_list("pk", flat=True):
        enqueue("audits.advance_cycle", key=f"cycle:{pk}", cycle_id=pk)
    runs = CheckRun.objects.filter(assistant_id=assistant_id, cycle=None, state=CheckState.QUEUED)
    for pk in runs.order_by("pk").values_list("pk", flat=True):
        enqueue("audits.run_check", key=f"check:{pk}", run_id=pk)
