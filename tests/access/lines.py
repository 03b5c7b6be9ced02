"""One line of the matrix, and short ways to write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access.scene import Scene

KEYS_NEVER = ""

Args = Callable[[Scene], list[Any]]
Data = dict[str, Any] | Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """One method of one route: the roles (and, in the API, the scope) that it opens to. `case` tells lines apart."""

    route: str
    method: str
    roles: frozenset[str]
    args: Args | None = None
    scope: str | None = None  # None: a page; KEYS_NEVER: a route for people alone
    data: Data = field(default_factory=dict)
    body: tuple[bytes, str] | None = None
    anybody: bool = False  # opens to who is in no team as well
    names_ours: bool = False  # the body names a thing of home, which is not there for another team
    case: str = ""

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.method, self.route, self.case) if part)


def slug_of(scene: Scene) -> list[Any]:
    return [scene.assistant.slug]


def page(route: str, roles: frozenset[str], args: Args | None = None, **more: Any) -> Line:
    return Line(route, "GET", roles, args, **more)


def form(route: str, roles: frozenset[str], args: Args | None = None, data: Data | None = None, **more: Any) -> Line:
    return Line(route, "POST", roles, args, data=data or {}, **more)


def read(route: str, roles: frozenset[str], scope: str, args: Args | None = None) -> Line:
    return Line(route, "GET", roles, args, scope=scope)


def act(
    route: str,
    roles: frozenset[str],
    args: Args | None = None,
    data: Data | None = None,
    scope: str = KEYS_NEVER,
    **more: Any,
) -> Line:
    return Line(route, "POST", roles, args, scope=scope, data=data or {}, **more)
