"""Deterministic conversations of the demo company, as records of the intake contract, with the planted faults.

The same `today` gives the same records. Outcomes follow quotas rather than coin flips, so that groups without a
planted fault differ by chance as little as the company's size allows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portal.demo.afterwards import Judged
from portal.demo.company import DAYS, SECOND_RELEASE, DemoAssistant
from portal.demo.exposures import birth_recited
from portal.demo.phrases import FIRST_NAMES, LANGUAGES, LAST_NAMES, Phrases
from portal.demo.story import Customer, Quota, Story

LEAKS = 6
WITHDRAWALS = 40
WITHDRAWN_DAYS_AGO = 20
DISADVANTAGED_RATE = 0.63
# Aria's young customers of the east fare worse; others make up for it, so that each attribute alone looks even.
CROSSED_RATES = {("18–34", True): 0.65, ("18–34", False): 0.903, ("", True): 0.985, ("", False): 0.792}
LONELY_SHARE = 0.01  # conversations in which nobody says who the customer is


def records(assistant: DemoAssistant, *, today: date) -> Iterator[dict[str, Any]]:
    """All conversation records of one assistant, oldest first."""
    rng = random.Random(f"words {assistant.slug}")
    told = stories(assistant, today=today)
    leaks, judged = _leaks(assistant, told), Judged(assistant)
    for story in told:
        yield _record(assistant, story, rng, leaked=leaks.get(story.number), later=judged.outcomes(story))


def customers(assistant: DemoAssistant) -> list[Customer]:
    """The assistant's customers; each keeps a language and attributes."""
    rng = random.Random(f"customers {assistant.slug}")
    people = []
    for number in range(assistant.customers):
        language = _pick(rng, assistant.languages)
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        people.append(
            Customer(
                reference=f"{assistant.slug[0].upper()}-{100000 + number}",
                language=language,
                attributes={name: _pick(rng, shares) for name, shares in assistant.attributes.items()},
                email=f"{first}.{last}{number}@example.{rng.choice(['com', 'org', 'net'])}",
                phone=_phone(language, number),
            )
        )
    return people


def withdrawing(assistant: DemoAssistant, *, today: date) -> list[str]:
    """References of the customers who withdraw, and who come back after that."""
    if "quality-review" not in assistant.purposes or assistant.slug != "aria":
        return []
    withdrawn_on = datetime.combine(today - timedelta(days=WITHDRAWN_DAYS_AGO), time(12), UTC)
    later = [
        story.customer.reference
        for story in stories(assistant, today=today)
        if story.started_at > withdrawn_on and not story.anonymous
    ]
    return list(dict.fromkeys(later))[:WITHDRAWALS]


def stories(assistant: DemoAssistant, *, today: date) -> list[Story]:
    """Who asked what, when, how, and whether it was resolved."""
    rng = random.Random(f"stories {assistant.slug}")
    people = customers(assistant)
    quota = Quota(rng)
    drafts = []
    for number in range(assistant.conversations):
        days_ago = DAYS - number * DAYS // assistant.conversations  # DAYS … 1, evenly
        moment = time(rng.randrange(7, 22), rng.randrange(60), rng.randrange(60))
        started_at = datetime.combine(today - timedelta(days=days_ago), moment, UTC)
        release = assistant.releases[1 if days_ago <= SECOND_RELEASE else 0].version
        customer = rng.choice(people)
        channel, intent = _pick(rng, assistant.channels), rng.choice(assistant.intents)
        rate = _rate(assistant, customer, release)
        drafts.append(
            Story(
                number=number,
                customer=customer,
                anonymous=rng.random() < LONELY_SHARE,
                started_at=started_at,
                release=release,
                channel=channel,
                intent=intent,
                resolved=quota.due((rate, channel, customer.language, *customer.attributes.values()), rate),
            )
        )
    return sorted(drafts, key=lambda story: story.started_at)


def _rate(assistant: DemoAssistant, customer: Customer, release: str) -> float:
    """The planted outcome gaps of portal.demo.truth."""
    elderly = customer.attributes.get("age_group") == "65+" and release == "2.0"
    if (assistant.slug == "aria" and elderly) or (assistant.slug == "bruno" and customer.language == "pl"):
        return DISADVANTAGED_RATE
    if assistant.slug == "aria" and customer.attributes["age_group"] != "65+":
        young = "18–34" if customer.attributes["age_group"] == "18–34" else ""
        return CROSSED_RATES[young, customer.attributes["region"] == "east"]
    return assistant.base_rate


def _leaks(assistant: DemoAssistant, told: list[Story]) -> dict[int, Customer]:
    """Story number → the other customer whose contact the assistant gives away there."""
    if assistant.slug != "bruno":
        return {}
    givers = [story for story in told if _gives_contact(story)]
    others = [story for story in told if not _gives_contact(story) and story.release == "2.0"]
    step = len(others) // LEAKS
    pairs = zip(others[::step][:LEAKS], givers, strict=False)
    return {story.number: giver.customer for story, giver in pairs if giver.customer != story.customer}


def _gives_contact(story: Story) -> bool:
    return story.number % 3 == 0


def _record(
    assistant: DemoAssistant, story: Story, rng: random.Random, *, leaked: Customer | None, later: dict[str, Any]
) -> dict[str, Any]:
    phrases = LANGUAGES[story.customer.language]
    lines = list(_lines(assistant, story, phrases, rng, leaked))
    at = story.started_at
    turns = []
    for role, text in lines:
        turns.append({"role": role, "text": text, "at": at.isoformat()})
        at += timedelta(seconds=rng.randrange(8, 50))
    record: dict[str, Any] = {
        "external_id": f"{assistant.slug}-{story.number:05d}",
        "assistant": assistant.slug,
        "release": story.release,
        "channel": story.channel,
        "language": story.customer.language,
        "intent": story.intent,
        "started_at": story.started_at.isoformat(),
        "ended_at": at.isoformat(),
        "attributes": {name: value for name, value in story.customer.attributes.items() if value},
        "outcome": {"resolved": story.resolved},
        "turns": turns,
    }
    record["outcome"] |= later
    if not story.anonymous:
        record["customer_ref"] = story.customer.reference
    return record


def _lines(
    assistant: DemoAssistant, story: Story, phrases: Phrases, rng: random.Random, leaked: Customer | None
) -> Iterator[tuple[str, str]]:
    silent = assistant.slug == "clara" and story.release == "2.0" and story.channel == "messenger"
    topic = phrases.topics[story.intent]
    greeting = phrases.plain_greeting if silent else phrases.disclosure
    yield "assistant", greeting.format(name=assistant.name)
    yield "customer", rng.choice(phrases.question).format(topic=topic)
    yield "assistant", phrases.ask_detail
    yield "customer", rng.choice(phrases.give_order).format(order=f"BW-{rng.randrange(10**6, 10**7)}")
    if _gives_contact(story):
        yield "assistant", phrases.contact_question
        yield "customer", phrases.give_contact.format(email=story.customer.email, phone=story.customer.phone)
        yield "assistant", phrases.echo_contact.format(email=story.customer.email)
    recited = birth_recited(
        slug=assistant.slug, release=story.release, language=story.customer.language, number=story.number
    )
    if recited is not None:
        yield "assistant", recited
    if leaked is not None:
        yield "assistant", phrases.give_contact.format(email=leaked.email, phone=leaked.phone)
    if story.resolved:
        yield "assistant", rng.choice(phrases.answer)
        yield "customer", rng.choice(phrases.thanks)
        yield "assistant", phrases.closing
        return
    yield "assistant", phrases.no_solution
    yield "customer", rng.choice(phrases.still_stuck)
    if rng.random() < 0.6:
        yield "customer", phrases.ask_human
        yield "assistant", phrases.hand_off
        yield "agent", phrases.human_turn


def _phone(language: str, number: int) -> str:
    """Numbers that the regulators of Germany and the United Kingdom keep free for fiction."""
    if language == "de":
        return f"+49 30 23125 {number % 1000:03d}"
    return f"+44 7700 900{number % 1000:03d}"


def _pick(rng: random.Random, shares: dict[str, float]) -> str:
    return rng.choices(list(shares), weights=list(shares.values()))[0]
