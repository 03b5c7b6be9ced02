"""Secrets that a library keeps inside a JSON column, encrypted under the field keys as our own fields are.

Whoever gives a library its encryption names the member here; key rotation goes by this list. Plain text of a token:
`model.column NUL NUL value`, so that no token of a field passes for one of these or the other way round. The library
does not say which row it writes, so that nothing binds a token to its row.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.fernet import InvalidToken

from portal.core.fields import UnreadableValue, crypter

_TOKEN = "gAAAA"  # noqa: S105  # how Fernet tokens begin: the version, and a clock whose high bytes are 0 for long


@dataclass(frozen=True, slots=True)
class SealedMember:
    """A text at the first level of a JSON column of a model, by the model's label."""

    model: str
    column: str
    member: str

    @property
    def place(self) -> str:
        return f"{self.model.lower()}.{self.column}"


_named: list[SealedMember] = []


def register_sealed_member(sealed: SealedMember) -> None:
    """Have key rotation look after a member. Naming it again changes nothing."""
    if sealed not in _named:
        _named.append(sealed)


def sealed_members() -> tuple[SealedMember, ...]:
    """Every member that was named."""
    return tuple(_named)


def is_sealed(stored: str) -> bool:
    """Whether a stored text is a token; other texts were written before there was encryption."""
    return stored.startswith(_TOKEN)


def member_seal(*, place: str, text: str) -> str:
    """The token of a text under the current field key."""
    return crypter().encrypt(f"{place}\x00\x00{text}".encode()).decode("ascii")


def member_open(*, place: str, stored: str) -> str:
    """The text of a token made for this place. A text that is no token is returned as it is.

    Raises UnreadableValue for a wrong key, an altered token, or one of another place.
    """
    if not is_sealed(stored):
        return stored
    try:
        written_for, row, text = crypter().decrypt(stored.encode()).decode().split("\x00", 2)
    except (InvalidToken, ValueError) as error:
        raise UnreadableValue(f"{place} holds a value that does not decrypt") from error
    if (written_for, row) != (place, ""):
        raise UnreadableValue(f"{place} holds a value of another column")
    return text
