"""Latency and query counts of the main pages and API routes, at a small and at a large number of conversations.

Run with `python -m bench.pages [SMALL LARGE]`, 1,000 and 10,000 unless given. Two databases on one private server hold
the demo company at both sizes, scanned, counted and audited; one conversation in twenty carries a flag, so that lists
are full at both. Requests go through Django's test client: all middleware, no network. The two sizes take turns, so
that a busy machine slows both. Exit 1 where a page needs more queries at the larger size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from bench.private_portal import analyze, database, databases_make, drained, private_portal
from bench.timing import timed

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

SIZES = (1_000, 10_000)
ROUNDS, REPEATS = 10, 3
FLAGGED = 20  # one conversation in so many


def company_make(conversations: int) -> str:
    """The demo company, scaled to so many conversations, audited; returns an API key of its first team."""
    from assistants.models import Assistant, Conversation
    from audits.services.flags import flag_raise
    from audits.states import FlagKind, FlagSource
    from portal.accounts.models import ApiKey
    from portal.demo.company import ASSISTANTS, TOTAL_CONVERSATIONS
    from portal.demo.seeding import seed

    scale = conversations / TOTAL_CONVERSATIONS
    plans = [
        replace(plan, conversations=round(plan.conversations * scale), customers=round(plan.customers * scale))
        for plan in ASSISTANTS
    ]
    today = datetime.now(UTC).date()
    seeded = seed(today=today, password="no one signs in here", plans=plans)
    drained()
    for assistant in Assistant.objects.order_by("pk"):
        key = ApiKey.objects.get(team=assistant.team)
        chosen = Conversation.objects.filter(assistant=assistant).defer("sealed").order_by("pk")[::FLAGGED]
        for conversation in chosen:
            flag_raise(conversation=conversation, kind=FlagKind.WRONG, source=FlagSource.AGENT, actor=key)
    analyze()
    return seeded.api_key


def signed_in(login: str) -> Client:
    from django.test import Client

    from portal.accounts.models import User
    from portal.demo.company import DOMAIN

    client = Client()
    client.force_login(User.objects.get(email=f"{login}@{DOMAIN}"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages(api_key: str) -> dict[str, Callable[[], HttpResponse]]:
    """Every main page as somebody whose work it is asks for it, then the routes of an integration, by name."""
    from django.test import Client

    from assistants.models import Conversation
    from audits.models import CheckRun, Cycle, Finding, Flag
    from portal.demo.company import ASSISTANTS, CARE
    from portal.demo.conversations import customers

    rita, petra, mona, otto = (signed_in(login) for login in ("rita", "petra", "mona", "otto"))
    api = Client(headers={"Authorization": f"Bearer {api_key}"})
    cycle = Cycle.objects.filter(assistant__slug="aria").earliest("pk")
    run = CheckRun.objects.get(cycle=cycle, target="resolved by age_group")
    findings = Finding.objects.filter(assistant__team__slug=CARE).order_by("kind", "-pk")
    flag = Flag.objects.filter(conversation__assistant=cycle.assistant).earliest("pk")
    conversation = Conversation.objects.filter(assistant=cycle.assistant).defer("sealed").earliest("pk").public_id
    reference = customers(ASSISTANTS[0])[0].reference
    found = petra.post("/consent/", {"team": cycle.assistant.team_id, "reference": reference})
    assert found.status_code == 302

    def get(client: Client, path: str) -> Callable[[], HttpResponse]:
        return lambda: client.get(path)

    body = {"customer_ref": reference, "purpose": "quality-review"}
    return {
        "home": get(rita, "/"),
        "review queue": get(rita, "/queue/"),
        "findings": get(rita, "/findings/"),
        **{f"finding: {kind}": get(rita, f"/findings/{pk}/") for kind, pk in findings.values_list("kind", "pk")},
        "a flag": get(rita, f"/flags/{flag.pk}/"),
        "a conversation": get(rita, f"/conversations/{conversation}/"),
        "cycles": get(mona, "/cycles/"),
        "a cycle": get(mona, f"/cycles/{cycle.pk}/"),
        "a check run": get(otto, f"/checks/{run.pk}/"),
        "assistants": get(mona, "/assistants/"),
        "an assistant": get(mona, "/assistants/aria/"),
        "consent look-up": get(petra, "/consent/"),
        "a customer's consents": get(petra, found.headers["Location"]),
        "dashboard": get(mona, "/dashboard/"),
        "ledger": get(otto, "/ledger/"),
        "API assistants": get(api, "/api/v1/assistants/"),
        "API conversation": get(rita, f"/api/v1/conversations/{conversation}/"),
        "API cycles": get(api, "/api/v1/cycles/"),
        "API check runs": get(api, f"/api/v1/cycles/{cycle.pk}/check-runs/"),
        "API findings": get(api, "/api/v1/findings/"),
        "API flags": get(api, "/api/v1/flags/"),
        "API consent evaluation": lambda: api.post("/api/v1/consent/evaluate", body, content_type="application/json"),
    }


def queries_of(ask: Callable[[], HttpResponse]) -> int:
    """Queries of one request that is not the first."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def measure(sizes: Sequence[int] = SIZES) -> int:
    """Print the report; returns how many pages need more queries at the larger size."""
    names = {size: f"pages_{size}" for size in sizes}
    databases_make(*names.values())
    asked: dict[int, dict[str, Callable[[], HttpResponse]]] = {}
    queries: dict[int, dict[str, int]] = {}
    for size, name in names.items():
        with database(name):
            seconds, api_key = timed(lambda size=size: company_make(size))
            asked[size] = pages(api_key)
            queries[size] = {page: queries_of(ask) for page, ask in asked[size].items()}
        print(f"{size:,} conversations taken in, scanned, counted, audited and flagged in {seconds:.1f} s")
    small, large = sizes
    common = [page for page in asked[large] if page in asked[small]]
    times: dict[tuple[int, str], list[float]] = {(size, page): [] for size in sizes for page in common}
    for _ in range(ROUNDS):
        for size, name in names.items():
            with database(name):
                for page in common:
                    asked[size][page]()
                    times[size, page] += [timed(asked[size][page])[0] * 1e3 for _ in range(REPEATS)]
    grown = [page for page in common if queries[small][page] != queries[large][page]]
    _report(common, sizes, times, queries)
    print("queries: the same at both sizes" if not grown else f"queries differ: {', '.join(grown)}")
    return len(grown)


def _report(
    common: Sequence[str],
    sizes: Sequence[int],
    times: dict[tuple[int, str], list[float]],
    queries: dict[int, dict[str, int]],
) -> None:
    small, large = sizes
    head = f"{'ms, p50 / p95':28} {f'at {small:,}':>17} {f'at {large:,}':>17}"
    print(f"\n{head} {'p50 ratio':>10} {'p95 ratio':>10}  queries")
    for page in common:
        low, high = (np.percentile(times[size, page], [50, 95]) for size in sizes)
        ratios = high / low
        counts = " → ".join(str(count) for count in dict.fromkeys(queries[size][page] for size in sizes))
        print(
            f"{page:28} {low[0]:8.1f} /{low[1]:7.1f} {high[0]:8.1f} /{high[1]:7.1f}"
            f" {ratios[0]:10.2f} {ratios[1]:10.2f}  {counts}"
        )
    medians = [np.median(times[large, page]) / np.median(times[small, page]) for page in common]
    print(f"{'geometric mean of the ratios':64} {np.exp(np.mean(np.log(medians))):10.2f}")


if __name__ == "__main__":
    with private_portal():
        sys.exit(1 if measure(tuple(map(int, sys.argv[1:3])) or SIZES) else 0)
