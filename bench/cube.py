"""All checks that ask the counts, of an assistant with a million conversations, from what is stored.

Run with `python -m bench.cube [CONVERSATIONS]`, 1,000,000 unless given: drawn over 90 days, ten intents, three
channels, five languages, three attributes of three to six groups and their unknown, three releases, three outcomes and
the truth about one, a score that half of the customers give, waits, turns, repeat contact and what the assistant's
words hold, and kept as the packed counts that folding them would have left. Then every question that the default
programme asks of the counts is answered, all of a kind together and one kind after the other, as the jobs of a cycle do
on one worker: the time of this process's processor, which other work on the machine does not lengthen much, and on the
wall. Beside it stands what the same process needs for the p-values of as many tables by SciPy's exact test alone, one
call a comparison.

The goal is for a process that keeps nothing: packs and margins are read and added up, and summed by what each question
asks. Beside it stands what the same questions take again in a process that keeps those sums.

Not counted: storing results, and what asks conversations rather than counts: the examples of a finding by language or
channel, and the sums over repeat customers of every gap (2.6 s of 250,000 conversations, once a cycle). The tables hold
no gap in the assistant's words, so that none asks for the daily cells of its noise floor.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from bench.private_portal import analyze, private_portal
from bench.timing import processed, timed

if TYPE_CHECKING:
    from audits.engine.bias.cube import Cube

CONVERSATIONS = 1_000_000
DAYS, START = 90, date(2025, 1, 1)
SEED = 20250101
GOAL_MS = 100.0
_REPEATS = 7
# How the conversations spread over levels; what is left of an attribute is not known.
PLAIN = {
    "intent": {f"intent-{i}": p for i, p in enumerate((0.22, 0.17, 0.13, 0.11, 0.10, 0.08, 0.07, 0.05, 0.04, 0.03))},
    "channel": {"web": 0.55, "app": 0.30, "phone": 0.15},
    "language": {"en": 0.55, "de": 0.18, "es": 0.14, "pl": 0.08, "tr": 0.05},
}
ATTRIBUTES = {
    "age_group": {"18–24": 0.12, "25–34": 0.2, "35–44": 0.18, "45–54": 0.15, "55–64": 0.12, "65+": 0.1},
    "gender": {"f": 0.44, "m": 0.43, "d": 0.02},
    "region": {"north": 0.2, "east": 0.2, "south": 0.2, "west": 0.2, "abroad": 0.1},
}
OUTCOMES = {"resolved": 0.8, "escalated": 0.12, "refunded": 0.3}
PAIRS = {"escalated": "should_escalate"}
SCORED = {"1": 0.1, "2": 0.1, "3": 0.2, "4": 0.3, "5": 0.3}
WAITS = {"0": 0.3, "2": 0.25, "5": 0.2, "10": 0.1, "15": 0.05, "30": 0.05, "60": 0.03, "300": 0.02}
TURNS = {str(turns): 1 / 12 for turns in range(2, 14)}
KINDS = (
    "data_sufficiency",
    "outcome_gap",
    "adjusted_gap",
    "language_parity",
    "intersections",
    "impact_ratio",
    "service_quality",
    "error_parity",
    "text_harm",
)


def packs_fill(assistant, releases: list[int], count: int) -> int:
    """Keep the packs that folding as many conversations would have left; returns how many profiles a day has."""
    from audits.cube_packs import packed, unpacked, week_of
    from audits.engine.bias.cube import ATTRIBUTE, Cube
    from audits.pack_layout import PLAIN as NAMES
    from audits.services.packing import packs_replace

    rng = np.random.default_rng(SEED)
    spreads = [*PLAIN.values(), *({**groups, None: 1 - sum(groups.values())} for groups in ATTRIBUTES.values())]
    dimensions = (*NAMES, *(f"{ATTRIBUTE}{name}" for name in ATTRIBUTES))
    weeks: dict[date, list[dict[str, bytes]]] = defaultdict(list)
    months: dict[date, list[dict[str, bytes]]] = defaultdict(list)
    profiles = 0
    for number in range(DAYS):
        day = START + timedelta(days=number)
        release = str(releases[number * len(releases) // DAYS])
        size = count // DAYS
        drawn = [rng.choice(len(one), size=size, p=np.array(list(one.values()))) for one in spreads]
        codes = np.stack([np.zeros(size, dtype=np.intp), *drawn])
        hard = 0.15 * (drawn[0] >= 5) + 0.06 * (drawn[3] == 5)
        had = {name: rng.random(size) < rate - hard * rate for name, rate in OUTCOMES.items()}
        one = np.ones(size, dtype=np.int64)
        counts = {"total": {"": one}, "scan.state": {"scanned": one}}
        counts |= {f"outcome.{name}": {"true": 1 * yes, "false": 1 * ~yes} for name, yes in had.items()}
        counts |= bins(rng, size, had["escalated"])
        levels = ((release,), *(tuple(spread) for spread in spreads))
        cube = Cube(dimensions, levels, codes, counts).marginal(dimensions)
        profiles += cube.cells
        packs = packed(cube)
        packs_replace(assistant.pk, day, packs)
        weeks[week_of(day)].append(packs)
        months[day.replace(day=1)].append(packs)
    for first, days in weeks.items():
        packs_replace(assistant.pk, first, packed(unpacked(days)), week=True)
    for first, days in months.items():
        packs_replace(assistant.pk, first, packed(unpacked(days)), month=True)
    return profiles // DAYS


def bins(rng: np.random.Generator, size: int, escalated: NDArray[np.bool_]) -> dict[str, dict[str, NDArray[np.int64]]]:
    """What is counted on few bins, and the results of the scan, of so many conversations."""
    from audits.checks.text_harm import SIGNALS
    from audits.queries.truths import truth_measure

    found = {}
    for name, scale, share in (
        ("score.csat", SCORED, 0.5),
        ("quality.first_answer", WAITS, 1),
        ("quality.turns", TURNS, 1),
        ("quality.repeat_contact", {"true": 0.1, "false": 0.9}, 1),
    ):
        drawn, known = rng.choice(len(scale), size=size, p=list(scale.values())), rng.random(size) < share
        found[name] = {value: 1 * (known & (drawn == i)) for i, value in enumerate(scale)}
    due = rng.random(size) < 0.4 * escalated + 0.05
    found[truth_measure("escalated", "should_escalate")] = {
        "tp": 1 * (escalated & due),
        "fp": 1 * (escalated & ~due),
        "fn": 1 * (~escalated & due),
        "tn": 1 * (~escalated & ~due),
    }
    for signal in SIGNALS:
        seen = rng.random(size) < 0.02
        found[f"scan.{signal}"] = {"true": 1 * seen, "false": 1 * ~seen}
    return found


def peer(cube: Cube) -> int:
    """SciPy's exact test of every group's outcomes against the first's; returns how many comparisons."""
    done = 0
    for outcome in OUTCOMES:
        for dimension in (*(f"attribute:{name}" for name in ATTRIBUTES), "language", "channel"):
            groups = cube.group_counts(f"outcome.{outcome}", "true", groups=[dimension])
            cells = [(one.favourable, one.n - one.favourable) for one in groups if one.group is not None]
            for cell in cells[1:]:
                fisher_exact([cells[0], cell])
            done += len(cells) - 1
    return done


def measure(count: int = CONVERSATIONS) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from assistants.services.registry import assistant_register, audited_attribute_declare
    from audits.checks import CHECKS, CheckContext, Scope
    from audits.programmes import default_checks, expand
    from audits.queries import cubes
    from audits.queries.windows import Window
    from audits.states import CheckKind
    from consent.models import Purpose
    from portal.accounts.models import Team
    from portal.core.actors import SYSTEM
    from tests.factories import ReleaseFactory

    team = Team.objects.create(slug="bench", name="Bench")
    purpose = Purpose.objects.create(team=team, code="service", name="Service")
    assistant = assistant_register(team=team, slug="bench", purposes=[purpose], actor=SYSTEM)
    for name in ATTRIBUTES:
        audited_attribute_declare(assistant_id=assistant.pk, name=name, actor=SYSTEM)
    releases = [ReleaseFactory(assistant=assistant).pk for _ in range(3)]
    filled, profiles = timed(lambda: packs_fill(assistant, releases, count))
    analyze()
    print(f"{count:,} conversations over {DAYS} days, {profiles:,} profiles a day; packed in {filled:.0f} s")
    scope = Scope(
        attributes=dict.fromkeys(ATTRIBUTES, ""),
        purposes=["service"],
        outcomes=list(OUTCOMES),
        groups={"language": 5, "channel": 3},
        measures=["score.csat", "quality.first_answer", "quality.turns", "quality.repeat_contact"],
    )
    programme = [
        {**check, "enabled": True, "params": {**check["params"], "pairs": PAIRS}}
        if check["kind"] == "error_parity"
        else check
        for check in default_checks()
    ]
    specs = expand(programme, scope, kinds=KINDS)
    for name, window in (
        ("whole months", Window(START, START + timedelta(days=DAYS))),
        ("from mid-month", Window(START + timedelta(days=14), START + timedelta(days=DAYS - 14))),
        ("from mid-week, six single days at each end", Window(START + timedelta(days=8), START + timedelta(days=79))),
    ):

        def ask(window: Window = window, clock: Callable[[], float] = time.process_time) -> dict[str, float]:
            spent = {}
            for kind in KINDS:
                contexts = [
                    CheckContext(assistant, spec.target, spec.params, window) for spec in specs if spec.kind == kind
                ]
                started = clock()
                CHECKS[CheckKind(kind)].answer(contexts)
                spent[kind] = clock() - started
            return spent

        def cold(window: Window = window) -> None:
            cubes.forget()
            cubes.window_cube(assistant=assistant, window=window)
            cubes.window_margins(assistant=assistant, window=window)

        def from_stored(window: Window = window) -> None:
            cubes.forget()
            ask(window)

        read = statistics.median(processed(cold)[0] for _ in range(_REPEATS))
        stored = statistics.median(processed(from_stored)[0] for _ in range(_REPEATS))
        runs = [ask() for _ in range(_REPEATS)]
        every = statistics.median(sum(run.values()) for run in runs)
        wall = statistics.median(sum(ask(clock=time.perf_counter).values()) for _ in range(_REPEATS))
        with CaptureQueriesContext(connection) as queries:
            ask()
        print(f"\n{name}: {len(specs)} questions, {len(queries)} statements")
        print(f"  packs and margins, read; added up when asked{read * 1e3:8.1f} ms")
        for kind in KINDS:
            asked = sum(spec.kind == kind for spec in specs)
            spent = statistics.median(run[kind] for run in runs)
            print(f"  {kind:<18} {asked:3} questions             {spent * 1e3:8.1f} ms")
        print(f"  all checks, counts kept by the process       {every * 1e3:8.1f} ms")
        print(f"  the same on the wall                         {wall * 1e3:8.1f} ms")
        print(f"  all checks, nothing kept: read, sums, checks {stored * 1e3:8.1f} ms   goal {GOAL_MS:.0f} ms")
        scipy, tables = processed(partial(peer, cubes.window_cube(assistant=assistant, window=window)))
        print(f"  SciPy's exact test alone, {tables:4} comparisons   {scipy * 1e3:8.1f} ms")


if __name__ == "__main__":
    with private_portal():
        measure(*map(int, sys.argv[1:2]))
