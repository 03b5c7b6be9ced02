"""Arguments of commands that name an assistant."""

from __future__ import annotations

from assistants.models import Assistant
from portal.core.management.arguments import by_name


def assistant_named(slug: str) -> Assistant:
    """The assistant of `--assistant`. Raises CommandError, with those that there are."""
    missing = f"--assistant: there is no assistant {slug}"
    return by_name(Assistant.objects.all(), "slug", slug, missing, hint="register_assistant adds one.")
