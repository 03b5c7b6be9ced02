"""What stands behind a finding: its runs with chart and numbers, and the conversations that show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from audits.checks.contract import MOST_EVIDENCE
from audits.models import CheckRun, Finding
from audits.queries.findings import finding_evidence
from audits.queries.same_gap import same_gap_elsewhere
from audits.states import CHECK_DECIDED
from audits.views.results import ResultTable, chart_of, tables_of
from portal.accounts.models import User
from portal.core.access import can


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with what it found; one that is not decided yet has neither chart nor tables."""

    run: CheckRun
    label: str
    chart: str = ""
    tables: list[ResultTable] = field(default_factory=list)

    @property
    def numbers_title(self) -> str:
        """What stands over the tables where they are apart from the chart: "Numbers before the fix"."""
        return f"Numbers {self.label[:1].lower()}{self.label[1:]}"

    @property
    def adjusted(self) -> bool:
        """Whether a table has adjusted p-values, which are explained below it."""
        return any(cell.text.lower().startswith("adjusted p") for one in self.tables for cell in one.head)

    @property
    def note(self) -> str:
        """What has to be known to read the numbers, where the check has something to say."""
        return str(self.run.result.get("note", "")) if self.tables else ""


def run_shown(run: CheckRun, label: str = "", *, beside: CheckRun | None = None) -> ShownRun:
    """A run ready to print, on one scale with the run `beside` it."""
    if run.state not in CHECK_DECIDED:
        return ShownRun(run, label)
    return ShownRun(run, label, chart_of(run, beside=beside), tables_of(run))


def runs_shown(finding: Finding) -> list[ShownRun]:
    """The run that tells the finding; where a fix is or was being proved, the run before it and the one after."""
    proof = finding.verified_by_run or finding.verification_runs.order_by("-pk").first()
    if proof is None:
        return [run_shown(finding.latest_run, "What the check found")]
    before = finding.raised_by_run
    return [run_shown(before, "Before the fix", beside=proof), run_shown(proof, "After the fix", beside=before)]


def evidence_context(finding: Finding, user: User) -> dict[str, Any]:
    """What the evidence partial needs. Conversations only for those who may open them."""
    evidence = finding_evidence(finding) if can(user, "conversations.view", finding) else None
    kept = f"Masked; of each run at most {MOST_EVIDENCE} are kept" if len(evidence or ()) >= MOST_EVIDENCE else "Masked"
    return {
        "runs": runs_shown(finding),
        "elsewhere": same_gap_elsewhere(finding),
        "evidence": evidence,
        "evidence_note": kept,
    }
