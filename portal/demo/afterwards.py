"""What is known after a demo conversation: the score that the customer gives, and whether a refusal was right.

As many customers of each group answer, and as many refusals of each group are wrong; only the scores of Polish
customers are planted (portal.demo.truth).
"""

from __future__ import annotations

import random
from typing import Any

from portal.demo.company import DemoAssistant
from portal.demo.story import Quota, Story

ANSWERING = 0.5
REFUSED, NOT_DUE, LOOKED_INTO = "refund_refused", "refund_not_due", 0.8
_PLEASED, _DISAPPOINTED, _PUT_OFF = (4, 5, 5, 4, 5), (2, 1, 3, 2), (3, 2, 3, 4)


class Judged:
    """Gives each conversation, in order, the outcomes that are known only later."""

    def __init__(self, assistant: DemoAssistant) -> None:
        self._assistant = assistant
        self._quota = Quota(random.Random(f"afterwards {assistant.slug}"))
        self._given: dict[tuple[str, tuple[int, ...]], int] = {}

    def outcomes(self, story: Story) -> dict[str, Any]:
        """`csat` where the customer answers; for refunds at the shop, whether one was refused, and rightly."""
        group = (story.customer.language, *story.customer.attributes.values())
        found: dict[str, Any] = {}
        if self._quota.due(("answers", story.resolved, *group), ANSWERING):
            found["csat"] = self._score(story)
        if self._assistant.slug == "bruno" and story.intent == "refund":
            refused = self._quota.due(("refused", *group), 0.4)
            found[REFUSED] = refused
            if self._quota.due(("looked into", refused, *group), LOOKED_INTO):
                found[NOT_DUE] = self._quota.due(("not due", refused, *group), 0.85 if refused else 0.1)
        return found

    def _score(self, story: Story) -> int:
        polish = self._assistant.slug == "bruno" and story.customer.language == "pl"
        scores = _DISAPPOINTED if not story.resolved else _PUT_OFF if polish else _PLEASED
        place = (" ".join(map(str, story.customer.attributes.values())) + story.customer.language, scores)
        self._given[place] = self._given.get(place, -1) + 1
        return scores[self._given[place] % len(scores)]
