"""Passes over a text that are more than one pattern and a judgement: gazetteers, for instance."""

from typing import Any, Protocol

from .resolution import Ranked


class Finder(Protocol):
    """A pass of its own over every text, for one or several types.

    `version` changes whenever its answers could. `find` is called for every text, so it has its own cheap way
    out; it takes time linear in the text, keeps no state and raises nothing but what its input cannot cause.
    """

    types: tuple[str, ...]
    version: str

    def find(self, text: str, data: Any, language: str | None) -> list[Ranked]:
        """Every hit in a folded text, offsets in its code points. `data` is `matching.encoded(text)`.

        Overlaps among the answers, and with those of the detectors, are settled afterwards by rank.
        """
        ...

    def explain(self, type_: str) -> str:
        """Why values of one of `types` are believed."""
        ...


#: Called for every text, in this order, besides the detectors.
FINDERS: tuple[Finder, ...] = ()
