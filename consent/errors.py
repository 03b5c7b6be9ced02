"""What an enforced consent check answers when it does not permit: the decision as a problem."""

from __future__ import annotations

from consent.evaluation import Decision
from consent.states import Reason
from portal.core.errors import Conflict, Denied, ProbityError


class ConsentRequired(Denied):
    """The use is not permitted."""

    code = "consent_required"
    title = "Consent required"

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.reason.label}.")
        self.decision = decision

    def as_problem(self) -> dict[str, object]:
        return super().as_problem() | _members(self.decision)


class ConsentStale(Conflict):
    """There is a consent, but its notice has changed since: it needs a renewal."""

    code = "consent_stale"
    title = "Consent must be renewed"

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.reason.label}.")
        self.decision = decision

    def as_problem(self) -> dict[str, object]:
        return super().as_problem() | _members(self.decision)


def refusal(decision: Decision) -> ProbityError:
    """The error for a decision that does not permit."""
    return ConsentStale(decision) if decision.reason == Reason.NOTICE_CHANGED else ConsentRequired(decision)


def _members(decision: Decision) -> dict[str, object]:
    return {"decision": decision.status, "reason": decision.reason, "event_ids": list(decision.event_ids)}
