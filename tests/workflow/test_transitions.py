"""The transition tables themselves: no walk reaches an end without what that end stands for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audits.states import CHECK, CYCLE, FINDING, FLAG, REMEDIATION

TABLES = {"cycle": CYCLE, "check": CHECK, "finding": FINDING, "flag": FLAG, "remediation": REMEDIATION}
START = {
    "cycle": "scheduled",
    "check": "queued",
    "finding": "new",
    "flag": "open",
    "remediation": "draft",
}


@st.composite
def walks(draw, name: str) -> list[str]:
    """Any walk through a table, from its start, until it ends or thirty steps are done."""
    table = TABLES[name].table
    walk = [START[name]]
    for _ in range(draw(st.integers(0, 30))):
        followers = sorted(table[TABLES[name].states(walk[-1])])
        if not followers:
            break
        walk.append(str(draw(st.sampled_from(followers))))
    return walk


@given(walks("finding"))
def test_a_finding_closes_only_over_remediation_verification_and_verdict(walk):
    if walk[-1] == "closed":
        assert walk[-4:] == ["in_remediation", "verifying", "verified", "closed"]
        assert "confirmed" in walk[:-4]


@given(walks("finding"))
def test_a_finding_leaves_by_dismissal_or_duplicate_only_while_new(walk):
    if walk[-1] in ("dismissed", "duplicate"):
        assert walk == ["new", walk[-1]]


@given(walks("finding"))
def test_an_accepted_risk_comes_back_confirmed(walk):
    after = [walk[index + 1] for index, state in enumerate(walk[:-1]) if state == "risk_accepted"]
    assert set(after) <= {"confirmed"}


@given(walks("remediation"))
def test_a_remediation_is_signed_off_only_after_approval_implementation_and_proof(walk):
    if walk[-1] == "signed_off":
        assert walk[-4:] == ["approved", "implemented", "verifying", "signed_off"]


@given(walks("flag"))
def test_a_flag_is_decided_only_by_whoever_claimed_it(walk):
    before = [walk[index - 1] for index, state in enumerate(walk) if state in ("confirmed", "dismissed")]
    assert set(before) <= {"claimed"}


@given(walks("cycle"))
def test_a_cycle_closes_only_from_awaiting_sign_off(walk):
    if walk[-1] == "closed":
        assert walk[-2] == "awaiting_sign_off"
        assert "in_review" in walk


def test_the_ends_are_the_ends():
    ends = {name: sorted(str(state) for state in table.terminal) for name, table in TABLES.items()}
    assert ends == {
        "cycle": ["cancelled", "closed"],
        "check": ["failed", "insufficient_data", "passed", "watch"],
        "finding": ["closed", "dismissed", "duplicate"],
        "flag": ["dismissed", "promoted"],
        "remediation": ["failed", "signed_off"],
    }
