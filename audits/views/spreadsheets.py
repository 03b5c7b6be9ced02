"""Cells of downloads that people open in a spreadsheet."""

_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(cell: str) -> str:
    """The cell, marked as text where a spreadsheet would take what somebody wrote for a formula."""
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell
