"""What other apps add to an assistant's page. They import this module; it knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistants.models import Assistant
from portal.accounts.models import User

Fill = Callable[[Assistant, User], Mapping[str, Any]]

_panels: dict[str, Fill] = {}


def add_panel(template: str, fill: Fill) -> None:
    """Show `template` on every assistant's page, with what `fill` returns; called once, from an app's `ready`."""
    _panels[template] = fill


def panels_for(assistant: Assistant, user: User) -> list[tuple[str, Mapping[str, Any]]]:
    """Each template with its context, in the order in which they were added."""
    return [(template, fill(assistant, user)) for template, fill in _panels.items()]
