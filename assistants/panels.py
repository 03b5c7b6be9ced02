"""What other apps add to the pages of an assistant and of a training data set.

They import this module; it knows none of them. What an assistant's panel is filled with may name its `sections`, the id
and title of each of its cards, for the page's list of contents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistants.models import Assistant, Dataset
from portal.accounts.models import User

Fill = Callable[[Assistant, User], Mapping[str, Any]]

DatasetFill = Callable[[Dataset, User], Mapping[str, Any]]

_panels: dict[str, Fill] = {}
_dataset_panels: dict[str, DatasetFill] = {}


def add_panel(template: str, fill: Fill) -> None:
    """Show `template` on every assistant's page, with what `fill` returns; called once, from an app's `ready`."""
    _panels[template] = fill


def panels_for(assistant: Assistant, user: User) -> list[tuple[str, Mapping[str, Any]]]:
    """Each template with its context, in the order in which they were added."""
    return [(template, fill(assistant, user)) for template, fill in _panels.items()]


def add_dataset_panel(template: str, fill: DatasetFill) -> None:
    """The same for the page of every training data set."""
    _dataset_panels[template] = fill


def dataset_panels_for(dataset: Dataset, user: User) -> list[tuple[str, Mapping[str, Any]]]:
    """Each template with its context, in the order in which they were added."""
    return [(template, fill(dataset, user)) for template, fill in _dataset_panels.items()]
