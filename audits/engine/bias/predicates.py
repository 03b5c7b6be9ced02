"""What a sentence says of members by the name of a column and its value there."""

from __future__ import annotations

# What members do: "survived", where "were survived" would say that it was done to them. Past tense → infinitive.
_DEEDS = {
    **{f"{verb}ed": verb for verb in ("appeal", "attend", "complain", "convert", "default", "fail", "finish")},
    **{f"{verb}ed": verb for verb in ("pass", "recover", "reoffend", "respond", "return", "succeed", "work")},
    **{f"{verb}d": verb for verb in ("die", "graduate", "improve", "recidivate", "relapse", "survive", "vote")},
    **{"complied": "comply", "replied": "reply"},
}
# What members are, though it does not end like "admitted".
_STATES = frozenset({"alive", "dead", "eligible", "ill", "late", "satisfied", "sick", "successful"})


def predicate(name: str, answer: str) -> str:
    """What is said of members whose `name` is `answer`: "were admitted" of "true", "had score text “low”" of "low"."""
    first, *more = name.split()
    thing = name
    if more and more[-1].endswith("ed") and not first.endswith("ed"):
        thing = f"“{name}”"  # of "refund refused" nobody knows who is meant: it stands as the name it is
    if answer not in ("true", "false"):
        return f"had {thing} “{answer}”"
    yes = answer == "true"
    if first in _DEEDS:
        return name if yes else " ".join(("did not", _DEEDS[first], *more))
    if first.endswith("ed") or name in _STATES:
        return f"were {name}" if yes else f"were not {name}"
    return f"had {thing}" if yes else f"did not have {thing}"
