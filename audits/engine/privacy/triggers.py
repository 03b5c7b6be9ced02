"""Which detectors a text asks for, by the triggers that occur in it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .armed import Armed
from .detector import OTHER_SCRIPT
from .gates import Joined, landmark_of, places
from .matching import Landmark, PatternSet

#: Tells which detectors are to look at a text, given its data.
Arm = Callable[[Any], tuple[Armed, ...]]
#: A trigger of so many characters is a dictionary.
_DICTIONARY = 10_000
#: A trigger that goes on and on. Beside others in one expression it multiplies their states.
_OPEN_ENDED = re.compile(r"\*|\)\+")


class _Met(NamedTuple):
    """What follows where a trigger occurs: detectors look at the text, others ask for further triggers."""

    at_once: tuple[Armed, ...]
    further: "Tree"


Tree = Mapping[str, _Met]


def tree(armed: Iterable[Armed], place: int = 0) -> Tree:
    """Detectors by their triggers, from the one at `place` of each on."""
    groups: dict[str, list[Armed]] = {}
    for each in armed:
        groups.setdefault(each.detector.triggers[place], []).append(each)
    last = place + 1
    return {
        trigger: _Met(
            tuple(each for each in group if len(each.detector.triggers) == last),
            tree((each for each in group if len(each.detector.triggers) > last), last),
        )
        for trigger, group in groups.items()
    }


def _parted(met: Tree) -> list[Tree]:
    """Shapes of digits and words apart: in one expression they would multiply each other's states."""
    shapes = {trigger: plan for trigger, plan in met.items() if "[0-9" in trigger}
    words = {trigger: plan for trigger, plan in met.items() if "[0-9" not in trigger}
    return [part for part in (shapes, words) if part]


def _parted_for_gates(met: Tree) -> list[Tree]:
    """The same with open-ended triggers apart, too. One search more costs little where it runs once over all texts."""
    return [
        {trigger: plan for trigger, plan in part.items() if bool(_OPEN_ENDED.search(trigger)) is is_open_ended}
        for part in _parted(met)
        for is_open_ended in (True, False)
    ]


def arm(triggers: Tree, *, in_ascii: bool) -> Arm:
    """For texts that come by themselves: all first triggers tried in one pass, further ones in passes behind it.

    `in_ascii`: for texts that have no other characters.
    """
    if in_ascii:
        triggers = _without_other_scripts(triggers)
    listed = list(triggers.values())
    behind = [tuple(arm(part, in_ascii=in_ascii) for part in _parted(met.further)) for met in listed]

    def plan(occurring: frozenset[int]) -> tuple[tuple[Armed, ...], tuple[Arm, ...]]:
        met = sorted(occurring)
        return (
            tuple(each for index in met for each in listed[index].at_once),
            tuple(each for index in met for each in behind[index]),
        )

    plan_for = PatternSet(triggers, plan, in_ascii=in_ascii).plan_for

    def armed_for(data: Any) -> tuple[Armed, ...]:
        armed, passes = plan_for(data)
        for further in passes:
            armed += further(data)
        return armed

    return armed_for


class _Opened(NamedTuple):
    """What a text asks for that a gate opened for: detectors that look at it, and gates that it is shown to next."""

    armed: tuple[Armed, ...]
    further: tuple["Gates", ...]


class _Gate(NamedTuple):
    """A search over many texts for a few triggers, and what a text asks for that it finds.

    `opened` tells that by the data of a text; of a gate with one trigger it is the answer to all of them.
    """

    search: Landmark
    opened: Callable[[Any], _Opened] | _Opened

    def opens(self, texts: Joined) -> Iterable[tuple[_Opened, Sequence[int]]]:
        """What some of the texts ask for, and which do."""
        found = places(self.search, texts)
        if isinstance(self.opened, _Opened):
            return ((self.opened, found),) if found else ()
        tell, data_of = self.opened, texts.data_of
        return [(tell(data_of(place)), (place,)) for place in found]


def _gate(part: Tree, *, in_ascii: bool) -> _Gate:
    """A dictionary among the triggers is not told from the others: its detectors look at all that the gate finds, which
    takes less than to compile it once more."""
    opened = {
        trigger: _Opened(
            met.at_once, (Gates(_parted_for_gates(met.further), in_ascii=in_ascii),) if met.further else ()
        )
        for trigger, met in part.items()
    }
    told = [trigger for trigger in part if len(trigger) < _DICTIONARY and len(part) > 1]
    untold = [opened[trigger] for trigger in part if trigger not in told]

    def plan(occurring: frozenset[int]) -> _Opened:
        met = untold + [opened[told[index]] for index in sorted(occurring)]
        return _Opened(
            tuple(each for one in met for each in one.armed),
            tuple(each for one in met for each in one.further),
        )

    search = landmark_of(part, in_ascii=in_ascii)
    return _Gate(search, PatternSet(told, plan, in_ascii=in_ascii).plan_for if told else plan(frozenset()))


class Gates:
    """For texts that come together: each part of the triggers searched in all texts at once, and what follows a trigger
    in those texts in which it occurs."""

    def __init__(self, parts: Iterable[Tree], *, in_ascii: bool) -> None:
        self._gates = [_gate(part, in_ascii=in_ascii) for part in parts if part]

    def places(self, texts: Joined) -> dict[Armed, list[int]]:
        """The detectors that are to look at some of the texts, and at which."""
        found: dict[Armed, list[int]] = {}
        behind: dict[Gates, list[int]] = {}
        for gate in self._gates:
            for (armed, further), asking in gate.opens(texts):
                for each in armed:
                    found.setdefault(each, []).extend(asking)
                for gates in further:
                    behind.setdefault(gates, []).extend(asking)
        for gates, shown in behind.items():
            for each, within in gates.places(texts.only(shown)).items():
                found.setdefault(each, []).extend(shown[place] for place in within)
        return found


def _without_other_scripts(triggers: Tree) -> Tree:
    return {trigger: met for trigger, met in triggers.items() if trigger != OTHER_SCRIPT}


def first_gates(triggers: Tree, *, in_ascii: bool) -> Gates:
    """Shapes of two kinds, the words that belong to shapes, each dictionary, and other words.

    A first trigger that others follow is passed over: what follows is rarer. Not that of other scripts, which keeps all
    their detectors off whole languages. `in_ascii`: for texts that have no other characters.
    """
    if in_ascii:
        triggers = _without_other_scripts(triggers)
    parts: list[Tree] = []
    dictionaries: list[dict[str, _Met]] = []
    words: dict[str, _Met] = {}
    open_ended: dict[str, _Met] = {}
    for trigger, met in triggers.items():
        if trigger == OTHER_SCRIPT:
            words[trigger] = met
            continue
        parts += _parted_for_gates(met.further)
        by_itself = {trigger: _Met(met.at_once, {})}
        if len(trigger) >= _DICTIONARY:
            dictionaries.append(by_itself)
        elif met.at_once:
            (open_ended if _OPEN_ENDED.search(trigger) else words).update(by_itself)
    # Runs of capitals cost nothing beside the last dictionary, which is in lower case.
    (dictionaries[-1] if dictionaries else words).update(open_ended)
    return Gates([*parts, *dictionaries, words], in_ascii=in_ascii)
