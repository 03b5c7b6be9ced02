"""Template tags of the portal's components: `{% load ui %}`. See docs/frontend.md for examples."""

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.core.badges import badge_for, beside_badge
from portal.core.languages import language_name
from portal.core.names import name_words
from portal.core.periods import period_words

register = template.Library()
register.filter(beside_badge)
register.simple_tag(period_words, name="period")

_SPRITE = "vendor/tabler-icons/sprite.svg"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Decorative unless `label` gives it a name for screen readers."""
    href = f"{static(_SPRITE)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def badge(value: object, label: str = "") -> SafeString:
    """Badge (colour, icon and word) of a state, severity or verdict by its stored enum value."""
    look = badge_for(str(value), label=str(label))
    return format_html('<span class="pill pill--{}">{}<span>{}</span></span>', look.tone, icon(look.icon), look.label)


@register.simple_tag
def timestamp(moment: datetime.datetime | None, empty: str = "never") -> SafeString:
    """A time as `<time>`, in the active zone with its name; a script turns it to the viewer's zone."""
    if moment is None:
        return format_html('<span class="text-secondary">{}</span>', empty)
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" data-local-time>{}</time>',
        moment.isoformat(timespec="seconds"),
        f"{local:%-d %b %Y, %H:%M} {local.tzname()}",
    )


@register.filter
def sentence_case(title: str) -> str:
    """ "Two-factor authentication" for the "Two-Factor Authentication" of a library: as our own headings."""
    return re.sub(r"(?<=[a-z][\s-])[A-Z][a-z]+", lambda word: word[0].lower(), title)


@register.filter
def language(tag: str) -> str:
    """A language by name: `{{ conversation.language|language }}`."""
    return language_name(tag)


@register.filter
def languages(tags: Iterable[str]) -> str:
    """Languages by name, in the order of their names."""
    return ", ".join(sorted(map(language_name, tags)))


@register.filter
def named(name: str) -> str:
    """An attribute, an outcome or a score in words: `{{ dataset.label|named }}`."""
    return name_words(name)


@register.filter
def all_named(names: Iterable[str]) -> str:
    """Several of them, in their order."""
    return ", ".join(map(name_words, names))


@register.simple_tag
def masked(kind: str, note: str = "", asked: bool = False) -> SafeString:
    """A masked span of a transcript: shows the type of personal data, never the value. `asked` sets it off."""
    title = note or "Personal data, masked"
    return format_html('<span class="masked{}" title="{}">[{}]</span>', " masked--asked" if asked else "", title, kind)


_CONTROL_CLASSES = {
    "checkbox": "form-check-input",
    "select": "form-select",
    "selectmultiple": "form-select",
    "nullbooleanselect": "form-select",
}


@register.inclusion_tag("components/form_field.html")
def form_field(field: BoundField) -> Mapping[str, Any]:
    """One labelled form field with its help text and errors, tied together for screen readers."""
    kind = field.widget_type
    attrs: dict[str, str | bool] = {}
    # Django gives a group's attributes to its wrapper as well as to each choice: groups get none.
    if not field.use_fieldset:
        attrs["class"] = _CONTROL_CLASSES.get(kind, "form-control") + (" is-invalid" if field.errors else "")
    # allauth's fields repeat their label inside: read twice, and gone where one types.
    if str(field.label).lower() in str(field.field.widget.attrs.get("placeholder", "")).lower():
        attrs["placeholder"] = False
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "tickable": kind == "checkbox",
        "grouped": field.use_fieldset,
    }


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm) -> Mapping[str, Any]:
    """All fields of a form, after an error summary if it has errors."""
    return {"form": form}


@register.inclusion_tag("components/stat.html")
def stat(
    label: str, value: object, note: str = "", url: str = "", tone: str = "", chart: str = ""
) -> Mapping[str, Any]:
    """A figure with its label; `tone` danger or warning adds an icon; `chart` takes a sparkline."""
    return {"label": label, "value": value, "note": note, "url": url, "tone": tone, "chart": chart}


@register.simple_block_tag
def page_header(content: str, title: str, sentence: str = "", back_url: str = "", back: str = "") -> str:
    """The page's `<h1>`, the sentence that says what matters, and its actions (the block's content)."""
    return render_to_string(
        "components/page_header.html",
        {"title": title, "sentence": sentence, "back_url": back_url, "back": back, "actions": content},
    )


@register.simple_block_tag
def card(content: str, title: str, count: object = "", note: str = "", flush: bool = False, anchor: str = "") -> str:
    """A titled section; `flush` lets lists and tables reach its edges, `anchor` is its id for links to it."""
    return render_to_string(
        "components/card.html",
        {"title": title, "count": count, "note": note, "flush": flush, "anchor": anchor, "content": content},
    )


@register.simple_block_tag
def empty_state(content: str, title: str, icon: str = "inbox") -> str:
    """What an empty list says: the block's content tells what to do next."""
    return render_to_string("components/empty_state.html", {"title": title, "icon_name": icon, "content": content})


@register.simple_block_tag
def data_table(content: str, caption: str, stack: bool = False) -> str:
    """A table (the block holds `<thead>` and `<tbody>`) that scrolls sideways on narrow screens.

    With `stack` each row becomes a block there instead, each `<td data-label="…">` a line with its label.
    """
    return render_to_string("components/data_table.html", {"caption": caption, "content": content, "stack": stack})
