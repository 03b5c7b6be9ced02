"""What a service refused, shown at the field at fault."""

from portal.core.forms import add_invalid

__all__ = ["add_invalid"]
