"""Who does something: a person, an API key, or the system itself."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Actor(Protocol):
    """What access rules and the ledger need to know of anybody who acts."""

    @property
    def actor_ref(self) -> str:
        """A pseudonym that stays valid when the account is erased, such as `user:7`."""
        ...

    def grants_in(self, team_id: int) -> frozenset[str]:
        """The roles and scopes held in that team."""
        ...

    def team_ids(self) -> frozenset[int]:
        """The teams in which anything at all is granted."""
        ...


class _System:
    """The product's own clockwork. It passes no access rule: services that it calls take it explicitly."""

    actor_ref = "system"

    def grants_in(self, team_id: int) -> frozenset[str]:
        return frozenset()

    def team_ids(self) -> frozenset[int]:
        return frozenset()


SYSTEM = _System()
