"""The fairness page, whole requests, at the cells of 10,000 and of a million conversations over 90 days.

Run with `python -m bench.fairness [SMALL LARGE]`. Two databases on one private server hold one assistant each: two
releases, six intents, two channels, three languages, three attributes of 3 to 5 groups, two outcomes, folded into daily
count cells and packs as intake would, and watched every day. Conversations themselves are not made: nothing of the page
reads them. Requests go through Django's test client, all middleware, no network, and take turns at both sizes. "First"
asks for a window that the process has not read yet, "again" for another slice of one that it has. Exit 1 where the
median of a request at the larger size is 100 ms or more, or needs more queries.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.private_portal import analyze, database, databases_make, private_portal
from bench.timing import timed

if TYPE_CHECKING:
    from django.http import HttpResponse

SIZES = (10_000, 1_000_000)
DAYS, ROUNDS = 90, 12
BAR_MS = 100.0
INTENTS = ("billing", "cancellation", "delivery", "outage", "refund", "tariff")
LEVELS: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {
    "age_group": (("18–34", "35–64", "65+"), (0.4, 0.4, 0.2)),
    "customer_type": (("new", "returning"), (0.4, 0.6)),
    "region": (("north", "east", "south", "west", "abroad"), (0.25, 0.25, 0.2, 0.2, 0.1)),
}
PAGE = "/assistants/bench/fairness/"
ASKED = {
    "page, all together": f"{PAGE}?by=attribute:age_group",
    "page, within intent": f"{PAGE}?by=attribute:region&within=intent",
    "page, within both": f"{PAGE}?by=attribute:age_group&within=both",
    "page, one release, 30 days": f"{PAGE}?by=language&within=both&release=2.0&window=30",
    "CSV, within both": f"{PAGE}download/?by=attribute:region&within=both",
    "API, within both": "/api/v1/assistants/bench/fairness/?by=attribute:age_group&within=both",
}


def company_make(conversations: int) -> int:
    """One assistant with the counts of so many conversations, watched; returns its number of cells."""
    from assistants.models import Assistant, AuditedAttribute, Release
    from audits.models import CountCell
    from audits.services.packing import day_pack
    from audits.services.programmes import programme_ensure
    from audits.services.watch import watch_run
    from portal.accounts.models import Membership, Team, User
    from portal.core.roles import Role
    from tests.factories import ReleaseFactory

    team = Team.objects.create(slug="bench", name="Bench")
    manager = User.objects.create_user("manager@bench.example", "nobody signs in here", name="Manager")
    Membership.objects.create(user=manager, team=team, role=Role.MANAGER)
    assistant = Assistant.objects.create(team=team, slug="bench", name="Bench", owner=manager)
    for name in LEVELS:
        AuditedAttribute.objects.create(assistant=assistant, name=name)
    today = datetime.now(UTC).date()
    releases: list[Release] = [
        ReleaseFactory(assistant=assistant, version=version, released_at=datetime.now(UTC) - timedelta(days=ago))
        for version, ago in (("1.0", 200), ("2.0", DAYS // 2))
    ]
    random = np.random.default_rng(1)
    for ago in range(DAYS, 0, -1):
        day = today - timedelta(days=ago)
        release = releases[ago <= DAYS // 2]
        CountCell.objects.bulk_create(
            CountCell(assistant=assistant, day=day, release=release, **cell)
            for cell in _cells(random, conversations // DAYS)
        )
        day_pack(assistant_id=assistant.pk, day=day)
    programme_ensure(assistant=assistant)
    watch_run(assistant_id=assistant.pk)
    analyze()
    return CountCell.objects.count()


def _cells(random: np.random.Generator, n: int) -> list[dict[str, Any]]:
    """The cells of one day of `n` conversations; 65+ are resolved 8 points less often."""
    columns = {
        "intent": random.choice(INTENTS, n),
        "channel": random.choice(["web", "app"], n, p=[0.6, 0.4]),
        "language": random.choice(["en", "de", "es"], n, p=[0.6, 0.25, 0.15]),
        **{name: random.choice(levels, n, p=shares) for name, (levels, shares) in LEVELS.items()},
    }
    rate = 0.82 - 0.08 * (columns["age_group"] == "65+")
    resolved, escalated = random.random(n) < rate, random.random(n) < 0.1
    profiles, place = np.unique(
        np.stack([column.astype(str) for column in columns.values()]), axis=1, return_inverse=True
    )
    place = place.ravel()
    cells = []
    for measure, value, chosen in (
        ("total", "", np.ones(n, dtype=bool)),
        ("outcome.resolved", "true", resolved),
        ("outcome.resolved", "false", ~resolved),
        ("outcome.escalated", "true", escalated),
        ("outcome.escalated", "false", ~escalated),
    ):
        for profile, number in zip(profiles.T, np.bincount(place[chosen], minlength=profiles.shape[1]), strict=True):
            if number:
                known = dict(zip(columns, map(str, profile), strict=True))
                cells.append(
                    {
                        **{name: known.pop(name) for name in ("intent", "channel", "language")},
                        "attributes": known,
                        "measure": measure,
                        "value": value,
                        "n": int(number),
                    }
                )
    return cells


def asking() -> dict[str, Callable[[], HttpResponse]]:
    from django.test import Client

    from portal.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")

    def get(address: str) -> Callable[[], HttpResponse]:
        return lambda: client.get(address)

    return {name: get(address) for name, address in ASKED.items()}


def queries_of(ask: Callable[[], HttpResponse]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from audits.queries import cubes

    ask()
    cubes.forget()
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def measure(sizes: Sequence[int] = SIZES) -> bool:
    """Print the report; returns whether the larger size holds the bar with as many queries."""
    from audits.queries import cubes

    names = {size: f"fairness_{size}" for size in sizes}
    databases_make(*names.values())
    asked, queries = {}, {}
    for size, name in names.items():
        with database(name):
            seconds, cells = timed(lambda size=size: company_make(size))
            asked[size] = asking()
            queries[size] = {what: queries_of(ask) for what, ask in asked[size].items()}
        print(f"{size:,} conversations: {cells:,} count cells, made, packed and watched in {seconds:.1f} s")
    times: dict[tuple[int, str, str], list[float]] = {
        (size, what, when): [] for size in sizes for what in ASKED for when in ("first", "again")
    }
    for _ in range(ROUNDS):
        for size, name in names.items():
            with database(name):
                asked[size]["page, all together"]()  # the connection is new
                for what, ask in asked[size].items():
                    cubes.forget()
                    for when in ("first", "again"):
                        times[size, what, when].append(timed(ask)[0] * 1e3)
    return _report(sizes, times, queries)


def _report(
    sizes: Sequence[int], times: dict[tuple[int, str, str], list[float]], queries: dict[int, dict[str, int]]
) -> bool:
    small, large = sizes
    print(f"\n{'ms, p50 / p95':36} {f'at {small:,}':>17} {f'at {large:,}':>17} {'p50 ratio':>10}  queries")
    holds = True
    for what in ASKED:
        same = queries[small][what] == queries[large][what]
        for when in ("first", "again"):
            low, high = (np.percentile(times[size, what, when], [50, 95]) for size in sizes)
            holds &= bool(high[0] < BAR_MS) and same
            counts = " → ".join(str(count) for count in dict.fromkeys(queries[size][what] for size in sizes))
            print(
                f"{f'{what}, {when}':36} {low[0]:8.1f} /{low[1]:7.1f} {high[0]:8.1f} /{high[1]:7.1f}"
                f" {high[0] / low[0]:10.2f}  {counts}"
            )
    print(f"every median at {large:,} under {BAR_MS:.0f} ms, as many queries at both: {'yes' if holds else 'no'}")
    return holds


if __name__ == "__main__":
    with private_portal():
        sys.exit(0 if measure(tuple(map(int, sys.argv[1:3])) or SIZES) else 1)
