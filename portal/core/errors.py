"""The one error shape. Services raise these; pages, API and commands show them in their own way."""

from __future__ import annotations


class ProbityError(Exception):
    """Something the caller can understand and act on.

    `message` is shown to people and must not contain personal data. `field` names the input at fault, `code` is
    stable for programs.
    """

    code = "error"
    status = 400
    title = "The request could not be carried out"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code

    def as_problem(self) -> dict[str, object]:
        """RFC 9457 members of this error."""
        problem: dict[str, object] = {
            "type": f"urn:probity:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.message,
        }
        if self.field is not None:
            problem["errors"] = [{"field": self.field, "message": self.message}]
        return problem


class Invalid(ProbityError):
    """An input is wrong; `field` says which."""

    code = "invalid"
    status = 422
    title = "Invalid input"


class Denied(ProbityError):
    """The actor may not do this; the message says why."""

    code = "denied"
    status = 403
    title = "Not allowed"


class NotFound(ProbityError):
    """It does not exist, or the actor must not know that it does."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(ProbityError):
    """The state has moved on: somebody else was first, or the transition is not allowed from here."""

    code = "conflict"
    status = 409
    title = "Conflict with the current state"


class TooMany(ProbityError):
    """Too often in a while. `retry_after` says in how many seconds it is worth another try."""

    code = "too_many"
    status = 429
    title = "Too many requests"

    def __init__(self, message: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = max(1, retry_after)


class KeyDestroyed(ProbityError):
    """The data key of this subject was destroyed: what was sealed under it is gone for good."""

    code = "erased"
    status = 410
    title = "Erased"
