"""The component tags: what they say, what they escape, how they are tied together."""

import datetime
from html.parser import HTMLParser

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from portal.core.badges import BADGES, Badge, badge_for, beside_badge
from portal.core.templatetags.ui import sentence_case

NOON = datetime.datetime(2026, 7, 1, 12, 0, tzinfo=datetime.UTC)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("c", "Confirm"), ("d", "Dismiss")], widget=forms.RadioSelect)
    reason = forms.CharField(widget=forms.Textarea, help_text="Goes to the ledger.")
    notify = forms.BooleanField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


class Elements(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_badge_carries_colour_icon_and_word() -> None:
    markup = render("{% badge 'in_remediation' %}")
    assert "pill--info" in markup
    assert "sprite.svg#tool" in markup
    assert "<span>In remediation</span>" in markup


def test_badge_label_replaces_the_word_and_is_escaped() -> None:
    assert "<span>&lt;b&gt;</span>" in render("{% badge 'closed' label=label %}", label="<b>")


@pytest.mark.parametrize(
    ("sentence", "state", "shown"),
    [
        ("Disparity: out of 100 about 82 had a.", "failed", "Out of 100 about 82 had a."),
        ("Watch: nominated before.", "watch", "Nominated before."),
        ("Not enough data. Of 100 pairs 52 favour a.", "insufficient_data", "Of 100 pairs 52 favour a."),
        ("Not enough data for de, fr. Out of 100.", "not_enough_data", "Undecided: de, fr. Out of 100."),
        ("Disparity, confirmed on later data: so.", "failed", "Confirmed on later data: so."),
        ("Disparity at equal questions: Out of 100.", "disparity", "At equal questions: Out of 100."),
        ("Rated in 40 %. Disparity: Out of 100.", "failed", "Rated in 40 %. Out of 100."),
    ],
)
def test_sentence_beside_a_badge_does_not_say_its_verdict_again(sentence, state, shown) -> None:
    assert beside_badge(sentence, state) == shown
    assert render("{{ sentence|beside_badge:state }}", sentence=sentence, state=state) == shown


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("No material difference: all are within 5 points.", "watch"),
        ("All 20 were disclosed. Watch this: 3.", "watch"),
        ("Half are “x”; taken together: Disparity: Out of 100.", "failed"),
        ("Disparity: out of 100.", "error"),
    ],
)
def test_sentence_keeps_words_that_the_badge_does_not_say(sentence, state) -> None:
    assert beside_badge(sentence, state) == sentence


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Two-Factor Authentication", "Two-factor authentication"),
        ("Sign Out", "Sign out"),
        ("Authenticator App Activated", "Authenticator app activated"),
        ("Activate TOTP", "Activate TOTP"),
        ("Done. Keep them safe.", "Done. Keep them safe."),
    ],
)
def test_titles_of_a_library_are_written_as_ours(title, written) -> None:
    assert sentence_case(title) == written


def test_unknown_state_gets_a_neutral_badge_with_its_own_name() -> None:
    assert badge_for("some_new_state") == Badge(tone="neutral", icon="circle", label="Some new state")


@pytest.mark.parametrize(
    ("left", "right"),
    [("passed", "failed"), ("permitted", "denied"), ("low", "high"), ("permitted", "unknown")],
)
def test_opposite_states_differ_in_icon_as_well_as_colour(left: str, right: str) -> None:
    assert BADGES[left].icon != BADGES[right].icon
    assert BADGES[left].tone != BADGES[right].tone


def test_icon_is_hidden_from_screen_readers_unless_named() -> None:
    assert Elements(render("{% icon 'flag' %}")).of("svg") == [{"class": "icon", "aria-hidden": "true"}]
    named = Elements(render("{% icon 'flag' 'Flagged' %}")).of("svg")
    assert named == [{"class": "icon", "role": "img", "aria-label": "Flagged"}]


def test_timestamp_names_its_zone_and_keeps_the_instant() -> None:
    with timezone.override("Europe/Berlin"):
        markup = render("{% timestamp at %}", at=NOON)
    assert Elements(markup).of("time")[0]["datetime"] == "2026-07-01T12:00:00+00:00"
    assert ">1 Jul 2026, 14:00 CEST<" in markup


def test_timestamp_of_nothing_says_never() -> None:
    assert render("{% timestamp at %}", at=None) == '<span class="text-secondary">never</span>'


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2025, 3, 1), (2025, 3, 31), "1 – 31 Mar 2025"),
        ((2026, 9, 27), (2026, 11, 25), "27 Sep – 25 Nov 2026"),
        ((2025, 12, 1), (2026, 1, 31), "1 Dec 2025 – 31 Jan 2026"),
        ((2025, 3, 1), (2026, 3, 31), "1 Mar 2025 – 31 Mar 2026"),
        ((2025, 3, 5), (2025, 3, 5), "5 Mar 2025"),
    ],
)
def test_period_says_no_month_or_year_twice(first, last, words) -> None:
    days = {"first": datetime.date(*first), "last": datetime.date(*last)}
    assert render("{% period first last %}", **days) == words


def test_masked_span_shows_the_type_only() -> None:
    markup = render("{% masked 'PHONE_NUMBER' %}")
    assert markup == '<span class="masked" title="Personal data, masked">[PHONE_NUMBER]</span>'


def test_turn_masks_spans_and_escapes_text() -> None:
    turn = {
        "index": 3,
        "role": "customer",
        "segments": [{"text": "<i>call</i> "}, {"mask": "PHONE_NUMBER"}, {"text": "."}],
    }
    markup = render_to_string("components/turn.html", {"turn": turn})
    assert "&lt;i&gt;call&lt;/i&gt; <span" in markup
    assert ">[PHONE_NUMBER]</span>.</p>" in markup
    assert 'id="turn-3"' in markup


def test_form_field_ties_control_to_label_help_and_error() -> None:
    elements = Elements(render("{% form_fields form %}", form=DecisionForm({"decision": "c"})))
    [textarea] = elements.of("textarea")
    assert textarea["aria-describedby"] == "id_reason_helptext id_reason_error"
    assert textarea["aria-invalid"] == "true"
    assert textarea["class"] == "form-control is-invalid"
    ids = {attrs["id"] for _, attrs in elements.found if "id" in attrs}
    assert {"id_reason_helptext", "id_reason_error"} <= ids
    assert {label.get("for") for label in elements.of("label")} >= {"id_reason", "id_notify"}


def test_form_error_summary_links_to_fields_that_exist() -> None:
    elements = Elements(render("{% form_fields form %}", form=DecisionForm({})))
    ids = {attrs["id"] for _, attrs in elements.found if "id" in attrs}
    links = [link["href"] for link in elements.of("a")]
    assert links == ["#id_decision", "#id_reason"]
    assert {str(link).removeprefix("#") for link in links} <= ids


def test_form_without_errors_has_no_summary() -> None:
    assert 'role="alert"' not in render("{% form_fields form %}", form=DecisionForm())


def test_block_components_escape_titles_and_keep_their_content() -> None:
    for tag, end in (
        ("card", "endcard"),
        ("page_header", "endpage_header"),
        ("empty_state", "endempty_state"),
    ):
        markup = render(f"{{% {tag} title=title %}}<b>kept</b>{{% {end} %}}", title="<i>")
        assert "<b>kept</b>" in markup
        assert "&lt;i&gt;" in markup


def test_page_header_without_actions_has_no_action_area() -> None:
    assert "page-head__actions" not in render("{% page_header title='A' %} {% endpage_header %}")


def test_data_table_is_a_named_region_that_the_keyboard_can_scroll() -> None:
    [region] = Elements(render("{% data_table caption='Rates' %}<tbody></tbody>{% enddata_table %}")).of("div")
    assert region == {"class": "table-scroll", "tabindex": "0", "role": "region", "aria-label": "Rates"}


@pytest.mark.parametrize(("done", "trigger"), [(False, "every 2s"), (True, None)])
def test_progress_polls_until_done(done: bool, trigger: str | None) -> None:
    context = {"url": "/p", "fallback_url": "/f", "label": "Checks", "value": 1, "maximum": 2, "done": done}
    elements = Elements(render_to_string("components/progress.html", context))
    assert elements.of("div")[0].get("hx-trigger") == trigger
    assert [link["href"] for link in elements.of("a")] == ([] if done else ["/f"])
    assert (elements.of("progress")[0]["value"], elements.of("progress")[0]["max"]) == ("1", "2")


def test_pagination_keeps_the_filters() -> None:
    request = RequestFactory().get("/queue/?state=new&page=2")
    page = Paginator(range(90), 30).page(2)
    markup = render_to_string("components/pagination.html", {"page": page, "request": request})
    links = [link["href"] for link in Elements(markup).of("a")]
    assert links == ["?state=new&page=1", "?state=new&page=3"]
    assert "31–60 of 90" in markup


def test_error_pages_render_without_request_or_context() -> None:
    for name in ("400.html", "403.html", "404.html", "500.html", "errors/403_csrf.html"):
        markup = render_to_string(name)
        assert Elements(markup).of("h1") == [{"class": "h2"}]
        assert Elements(markup).of("nav") == []


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", None), ("x", None)])
def test_theme_cookie_is_rendered_by_the_server(cookie: str, theme: str | None) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    markup = render_to_string("bare.html", {"request": request})
    assert Elements(markup).of("html")[0].get("data-bs-theme") == theme
