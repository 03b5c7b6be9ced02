"""Languages by name, wherever a person reads: codes are for programs."""

from __future__ import annotations

from django.utils.translation import get_language_info


def language_name(tag: str) -> str:
    """The English name of a BCP 47 tag: `de` German, `de-CH` German (CH); the tag itself where it is not known."""
    for code in (tag.lower(), tag.partition("-")[0].lower()):
        try:
            info = get_language_info(code)
        except KeyError:
            continue
        if info["code"] == tag.lower():
            return str(info["name"])
        _, _, region = tag.partition("-")
        return f"{info['name']} ({region})"
    return tag
