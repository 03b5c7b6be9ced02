"""Word lists, written as running text."""


def words(listed: str) -> frozenset[str]:
    """The words of `listed`."""
    return frozenset(listed.split())
