"""The one error of this package."""


class EmbeddedError(Exception):
    """An embedded server or its state cannot be used; the message is one sentence for the operator."""
