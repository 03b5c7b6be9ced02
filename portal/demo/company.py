"""Brightwater, an invented company: its teams, people, assistants and releases."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.core.roles import Role

DOMAIN = "demo.example"
PASSWORD_WORDS = ("amber", "birch", "cobalt", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper")
CARE, TRAVEL = "brightwater-care", "brightwater-travel"
DAYS = 60  # of conversations before today
SECOND_RELEASE = 30  # days before today
FIRST_LOOK = 30  # days before today that the look at intersections ends, so that the audit can test what it nominates


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    roles: dict[str, tuple[Role, ...]]
    staff: bool = False

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


PEOPLE = (
    Person("rita", "Rita Okafor", {CARE: (Role.REVIEWER,)}),
    Person("ravi", "Ravi Sandhu", {CARE: (Role.REVIEWER,)}),
    Person("abel", "Abel Lindqvist", {CARE: (Role.APPROVER,), TRAVEL: (Role.APPROVER,)}),
    Person("petra", "Petra Nowak", {CARE: (Role.PRIVACY_OFFICER,), TRAVEL: (Role.PRIVACY_OFFICER,)}),
    Person("mona", "Mona Castillo", {CARE: (Role.MANAGER,), TRAVEL: (Role.MANAGER,)}),
    Person("otto", "Otto Brandt", {CARE: (Role.AUDITOR,), TRAVEL: (Role.AUDITOR,)}),
    Person("tara", "Tara Quinn", {TRAVEL: (Role.REVIEWER,)}),
    Person("ada", "Ada Marsh", {CARE: (Role.ADMINISTRATOR,), TRAVEL: (Role.ADMINISTRATOR,)}, staff=True),
)

TEAMS = {CARE: "Brightwater Care", TRAVEL: "Brightwater Travel"}


@dataclass(frozen=True, slots=True)
class DemoRelease:
    version: str
    model: str
    algorithm: str
    knowledge_base: str
    guardrails: str
    changes: str
    days_ago: int


@dataclass(frozen=True, slots=True)
class DemoAssistant:
    slug: str
    name: str
    team: str
    purpose: str
    out_of_scope: str
    limitations: str
    human_handoff: str
    intents: tuple[str, ...]
    languages: dict[str, float]
    channels: dict[str, float]
    attributes: dict[str, dict[str, float]]
    purposes: tuple[str, ...]
    conversations: int
    customers: int
    base_rate: float = 0.84
    releases: tuple[DemoRelease, ...] = field(default=())
    truths: dict[str, str] = field(default_factory=dict)


def _releases(topic: str) -> tuple[DemoRelease, ...]:
    retrieval = (
        f"A language model answers from the {topic} pages. It looks up the three best matching passages, writes an "
        "answer from them, and hands over to a person when no passage matches."
    )
    return (
        DemoRelease(
            version="1.4",
            model="brightwater-chat-small",
            algorithm=retrieval,
            knowledge_base=f"{topic} pages, spring edition",
            guardrails="No prices that are not in the knowledge base. No legal or medical advice.",
            changes="Shorter answers.",
            days_ago=120,
        ),
        DemoRelease(
            version="2.0",
            model="brightwater-chat-large",
            algorithm=retrieval + " It may now change orders and contracts itself, after asking for confirmation.",
            knowledge_base=f"{topic} pages, autumn edition",
            guardrails="No prices that are not in the knowledge base. Changes need the customer's confirmation.",
            changes="Larger model; may change orders and contracts itself.",
            days_ago=SECOND_RELEASE,
        ),
    )


AGES = {"18–34": 0.35, "35–64": 0.40, "65+": 0.20, "": 0.05}

ASSISTANTS = (
    DemoAssistant(
        slug="aria",
        name="Aria",
        team=CARE,
        purpose="Answers questions about telephone and internet contracts, by chat on the website and in the app.",
        out_of_scope="Complaints to the regulator; debt collection.",
        limitations="Weak on bills with more than one contract.",
        human_handoff="The customer asks for a person in any words; the service team answers within ten minutes.",
        intents=("billing", "outage", "tariff", "cancellation"),
        languages={"en": 0.6, "de": 0.25, "es": 0.15},
        channels={"web": 0.6, "app": 0.4},
        attributes={"age_group": AGES, "region": {"north": 0.25, "east": 0.25, "south": 0.25, "west": 0.25}},
        purposes=("service", "quality-review"),
        conversations=2200,
        customers=1300,
        releases=_releases("contract"),
    ),
    DemoAssistant(
        slug="bruno",
        name="Bruno",
        team=CARE,
        purpose="Helps shop customers with deliveries, returns and refunds.",
        out_of_scope="Anything about other people's orders.",
        limitations="Its Polish help pages are a machine translation.",
        human_handoff="A button under every answer, and the words of a person asking for one.",
        intents=("delivery", "return", "refund", "product"),
        languages={"en": 0.5, "de": 0.25, "pl": 0.25},
        channels={"web": 0.7, "email": 0.3},
        attributes={"customer_type": {"new": 0.4, "returning": 0.6}},
        purposes=("service", "quality-review"),
        conversations=1800,
        customers=1200,
        releases=_releases("shop"),
        truths={"refund_refused": "refund_not_due"},
    ),
    DemoAssistant(
        slug="clara",
        name="Clara",
        team=TRAVEL,
        purpose="Helps travellers change bookings, check in and find their baggage.",
        out_of_scope="Visa advice.",
        limitations="Cannot see bookings made by travel agencies.",
        human_handoff="The traveller asks for a person; by night a call back is arranged.",
        intents=("rebooking", "baggage", "check_in", "seat"),
        languages={"en": 0.7, "es": 0.3},
        channels={"web": 0.5, "messenger": 0.5},
        attributes={"age_group": AGES},
        purposes=("service",),
        conversations=1000,
        customers=700,
        releases=_releases("travel"),
    ),
)

TOTAL_CONVERSATIONS = sum(assistant.conversations for assistant in ASSISTANTS)
