"""What can go wrong between asking and an answer. Texts name classes of faults, never what was sent or answered."""

from __future__ import annotations


class EndpointError(Exception):
    """No answer. `code` is one word for statistics, `message` a sentence for people.

    `again` says whether asking again may help, `everyone` whether every other question would fail alike.
    """

    def __init__(self, code: str, message: str, *, again: bool = False, everyone: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.again, self.everyone = code, message, again, everyone


class Refused(EndpointError):
    """The address itself is not allowed: nothing was sent."""

    def __init__(self, message: str) -> None:
        super().__init__("address", message, everyone=True)


class Busy(EndpointError):
    """The endpoint asks to be left alone for a while: `retry_after` seconds, None where it does not say."""

    def __init__(self, message: str, *, retry_after: float | None) -> None:
        super().__init__("busy", message, again=True)
        self.retry_after = retry_after
