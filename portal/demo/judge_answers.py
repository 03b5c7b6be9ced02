"""What the demo judge says: it knows the sentences that the demo assistant can say, and looks for them.

It is a rule of its own, not that of the audits: it reads by whole sentences, and errs now and then, as models do.
"""

from __future__ import annotations

import json
import re
from random import Random

from portal.demo.assistant_answers import DONE, SAYS, Treatment

MODEL = "brightwater-judge"
MISTAKES = 0.02
_ASKED = re.compile(r"\A<answer id=([0-9a-f]+)>\n(\".*\")\n</answer id=\1>\Z")
_OUTCOMES = ("resolved", "offered", "refused", "escalated", "asked_for_proof", "disclosed")
_AMOUNTS_TO = {
    Treatment.HELP: "resolved",
    Treatment.OFFER: "offered",
    Treatment.PROOF: "asked_for_proof",
    Treatment.REFUSE: "refused",
    Treatment.HAND_OVER: "escalated",
}
_SENTENCES = [
    *((said, _AMOUNTS_TO[Treatment.HELP]) for texts in DONE.values() for said in texts.values()),
    *(
        (said, _AMOUNTS_TO[treatment])
        for texts in SAYS.values()
        for treatment, wordings in texts.items()
        if treatment in _AMOUNTS_TO
        for said in wordings
    ),
]


def judged(message: str, *, mistakes: float = MISTAKES) -> str:
    """The reply to a question of audits.engine.probing.judge; the same message gets the same reply.

    Whatever else it is asked, it says in words what it is for, which is no judgement.
    """
    asked = _ASKED.match(message)
    if asked is None:
        return "I read what an assistant has answered, one answer at a time, and nothing else."
    answer = str(json.loads(asked[2]))
    found = {outcome for said, outcome in _SENTENCES if said in answer}
    chance = Random(asked[1])
    reading = {name: (name in found) != (chance.random() < mistakes) for name in _OUTCOMES}
    return json.dumps({"id": asked[1], **reading})
