"""Training data of the demo company: two data sets that a release learned from, and one still being filled.

Every row belongs to a customer who agreed to quality review before it was collected and has not withdrawn, so that
the audits of privacy and consent pass. The labels of one data set are planted (portal.demo.truth).
"""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from assistants.models import Assistant
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser
from assistants.services.datasets import (
    dataset_freeze,
    dataset_reference_declare,
    dataset_register,
    dataset_rows_import,
    release_trained_on,
)
from assistants.services.registry import data_source_register
from assistants.states import DataSourceKind
from audits.services.training import training_export_request
from consent.models import Purpose
from consent.states import LawfulBasis
from portal.accounts.models import User
from portal.core.actors import SYSTEM
from portal.demo.company import SECOND_RELEASE, DemoAssistant
from portal.demo.conversations import customers, withdrawing
from portal.demo.story import Customer, Quota

MAX_LINE_BYTES = 1 << 16
RATED = "rated_helpful"
QUESTIONS = (
    "Can you tell me {topic}?",
    "I looked everywhere and still do not know {topic}.",
    "My neighbour asked me {topic}, and I was not sure.",
    "Please explain in simple words {topic}.",
    "Somebody on the phone could not say {topic}.",
    "It would help me a lot to understand {topic}.",
    "The leaflet does not mention {topic}.",
    "Sorry to bother you again: {topic}?",
)
ENDINGS = ("", " I asked last week already.", " I have more than one contract.")


@dataclass(frozen=True, slots=True)
class Plan:
    """One data set: of how many customers for each combination of the attributes, about what, and how far it is.

    `learned` has the latest release trained on it; `exported` asks for an export, with weights where there is a label.
    `helpful` labels answers, with the share of helpful ones by the first attribute's groups.
    """

    slug: str
    name: str
    description: str
    quasi: tuple[str, ...]
    k: int
    each: int
    topics: dict[str, str]
    learned: bool = False
    exported: bool = False
    endings: tuple[str, ...] = ENDINGS[:1]
    helpful: dict[str, float] = field(default_factory=dict)
    reference: dict[str, dict[str, float]] = field(default_factory=dict)


CONTRACTS = {
    "when the first bill comes": "It comes four weeks after the connection is set up.",
    "how a tariff is changed": "Open the contract page, choose the new tariff and confirm it there.",
    "what happens during an outage": "We mend the line first and then credit the days without service.",
    "how long a notice period lasts": "It lasts one month, counted from the day we receive the notice.",
    "whether a router may be kept": "It may be kept if it was bought, and is sent back if it was rented.",
    "why the price went up in spring": "The price follows the terms that were announced the winter before.",
}
PLANS = {
    "aria": (
        Plan(
            slug="contract-answers",
            name="Answers about contracts",
            description="Questions of customers and the answers that the service desk wrote by hand.",
            quasi=("age_group", "region"),
            k=4,
            each=4,
            topics=CONTRACTS,
            learned=True,
            exported=True,
            reference={"region": {"north": 0.26, "east": 0.25, "south": 0.24, "west": 0.25}},
        ),
        Plan(
            slug="rated-answers",
            name="Answers rated by the service desk",
            description="Answers of the assistant, and whether the service desk found them helpful.",
            quasi=("age_group",),
            k=10,
            each=44,
            topics=CONTRACTS,
            learned=True,
            endings=ENDINGS,
            helpful={"18–34": 0.75, "35–64": 0.75, "65+": 0.3},
            exported=True,
        ),
    ),
    "bruno": (
        Plan(
            slug="returns-draft",
            name="Questions about returns",
            description="Collected for the next release; not complete yet.",
            quasi=("customer_type",),
            k=5,
            each=12,
            topics={
                "how a parcel is sent back": "Print the label from the order page and hand the parcel in anywhere.",
                "when the money is returned": "It is returned within a week of the parcel reaching our warehouse.",
                "whether shoes that were worn can go back": "They can if they show no marks and are in their box.",
            },
        ),
    ),
}


def training_data(plan: DemoAssistant, assistant: Assistant, people: dict[str, User], *, today: date) -> None:
    """Register and fill the assistant's data sets; freeze and export each where its plan says so."""
    for wanted in PLANS.get(plan.slug, ()):
        _dataset(plan, wanted, assistant, people, today)


def _dataset(plan: DemoAssistant, wanted: Plan, assistant: Assistant, people: dict[str, User], today: date) -> None:
    source = data_source_register(
        assistant_id=assistant.pk,
        name=wanted.name,
        kind=DataSourceKind.FINE_TUNING,
        origin="Brightwater's own service desk",
        licence="own",
        lawful_basis=LawfulBasis.CONSENT,
        personal_data=True,
        collected_from=today - timedelta(days=120),
        collected_until=today - timedelta(days=60),
        description=wanted.description,
        actor=people["ada"],
    )
    dataset = dataset_register(
        assistant_id=assistant.pk,
        slug=wanted.slug,
        name=wanted.name,
        description=wanted.description,
        source=source,
        purpose=Purpose.objects.get(team=assistant.team, code="quality-review"),
        language="en",
        quasi_identifiers=list(wanted.quasi),
        sensitive=[RATED, "topic"] if wanted.helpful else ["in_arrears"],
        k=wanted.k,
        label=RATED if wanted.helpful else "",
        label_favourable="yes" if wanted.helpful else "",
        label_stratum="topic" if wanted.helpful else "",
        actor=people["mona"],
    )
    lines = b"".join(msgspec.json.encode(record) + b"\n" for record in _records(plan, wanted, today))
    numbered = numbered_records(io.BytesIO(lines), TrainingRecordParser(), max_line_bytes=MAX_LINE_BYTES)
    report = dataset_rows_import(dataset_id=dataset.pk, records=numbered, source="demo", actor=SYSTEM)
    if report.rejected:
        raise RuntimeError(f"{report.rejected} demo training rows were rejected")
    if wanted.reference:
        dataset_reference_declare(
            dataset_id=dataset.pk,
            name="Customers by region, last annual report",
            shares=wanted.reference,
            actor=people["mona"],
        )
    if not wanted.learned:
        return
    dataset_freeze(dataset_id=dataset.pk, actor=people["mona"])
    release = assistant.releases.order_by("-released_at").first()
    if release is not None:
        trained_at = datetime.combine(today - timedelta(days=SECOND_RELEASE + 10), time(9), UTC)
        release_trained_on(dataset_id=dataset.pk, release=release, trained_at=trained_at, actor=people["mona"])
    if wanted.exported:
        reweigh = wanted.quasi[0] if wanted.helpful else ""
        training_export_request(dataset_id=dataset.pk, actor=people["petra"], reweigh=reweigh)


def _records(plan: DemoAssistant, wanted: Plan, today: date) -> Iterator[dict[str, Any]]:
    rng = random.Random(f"training {plan.slug}")
    quota = Quota(rng)
    pairs = [
        (question + ending, topic) for ending in wanted.endings for question in QUESTIONS for topic in wanted.topics
    ]
    chosen = list(_chosen(plan, wanted, today))
    for number, (customer, (question, topic)) in enumerate(zip(chosen, pairs, strict=False)):
        group = customer.attributes[wanted.quasi[0]]
        # Every second customer of a combination, so that each combination has both.
        more = {"in_arrears": "yes" if number % 2 else "no"}
        if wanted.helpful:
            more = {RATED: "yes" if quota.due(group, wanted.helpful[group]) else "no", "topic": topic}
        day = today - timedelta(days=rng.randrange(61, 120))
        yield {
            "external_id": f"{wanted.slug}-{number:03d}",
            "customer_ref": customer.reference,
            "collected_at": datetime.combine(day, time(rng.randrange(8, 18)), UTC).isoformat(),
            "input": question.format(topic=topic),
            "output": wanted.topics[topic],
            "attributes": {name: customer.attributes[name] for name in wanted.quasi} | more,
        }


def _chosen(plan: DemoAssistant, wanted: Plan, today: date) -> list[Customer]:
    """So many customers for each combination of attributes, combination by combination; none who withdrew."""
    gone, taken = set(withdrawing(plan, today=today)), Counter[tuple[str, ...]]()
    found = []
    for customer in customers(plan):
        combination = tuple(customer.attributes.get(name, "") for name in wanted.quasi)
        if customer.reference in gone or customer.language != "en" or not all(combination):
            continue
        if taken[combination] < wanted.each:
            taken[combination] += 1
            found.append((combination, customer))
    return [customer for _, customer in sorted(found, key=lambda one: (one[0], one[1].reference))]
