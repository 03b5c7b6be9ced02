"""What the content security policy and the icon sprite ask of every template."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import get_template

from portal.core.badges import BADGES

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SPRITE = ROOT / "static" / "vendor" / "tabler-icons" / "sprite.svg"


class InlineFinder(HTMLParser):
    """Collects what a policy without unsafe-inline would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        data = names.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in names and not data):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").startswith("javascript:"):
                self.found.append(f"{tag} {name}")


def inline_in(markup: str) -> list[str]:
    finder = InlineFinder()
    finder.feed(re.sub(r"{%.*?%}", "", markup))
    return finder.found


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def symbols() -> set[str]:
    return {symbol.get("id", "") for symbol in ET.parse(SPRITE).getroot()}


def icons_named_in_source() -> set[str]:
    sources = [*TEMPLATES, *(path for app in APPS for path in (ROOT / app).rglob("*.py"))]
    literal = re.compile(r"""(?:\{% icon |icon_name=|(?<![-\w])icon=|["']icon["']: ?)["']([a-z0-9-]+)["']""")
    defaulted = re.compile(r"""\{% icon [\w.]+\|default:["']([a-z0-9-]+)["']""")
    places = re.compile(r"""\("[\w ]+", "[\w:]+", "([a-z0-9-]+)", """)
    names = set(places.findall((ROOT / "portal" / "context.py").read_text(encoding="utf-8")))
    for path in sources:
        text = path.read_text(encoding="utf-8")
        names |= set(literal.findall(text)) | set(defaulted.findall(text))
    return names | {look.icon for look in BADGES.values()}


APPS = ("portal", "assistants", "audits", "consent")


def test_inline_finder_sees_each_kind_of_inline_code() -> None:
    markup = '<style></style><script>x</script><p style="a" onclick="b" hx-on:click="c"><a href="javascript:d">'
    assert inline_in(markup) == ["<style>", "<script>", "p style", "p onclick", "p hx-on:click", "a href"]


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_has_no_inline_script_or_style(path: Path) -> None:
    assert inline_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_compiles(path: Path) -> None:
    name = str(path.relative_to(ROOT / "templates"))
    assert get_template(name).template.name == name


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=relative)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    assert re.findall(r"""(?:src|href|url|import)\s*[=(]?\s*["'](?:https?:)?//""", path.read_text("utf-8")) == []


def test_every_icon_used_is_in_the_sprite() -> None:
    assert icons_named_in_source() - symbols() == set()


def test_the_sprite_lists_each_icon_once_in_order() -> None:
    names = [symbol.get("id", "") for symbol in ET.parse(SPRITE).getroot()]
    assert names == sorted(set(names))


def test_vendored_files_have_the_documented_checksums() -> None:
    vendor = ROOT / "static" / "vendor"
    rows = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (vendor / "README.md").read_text("utf-8"), re.M)
    assert len(rows) == 2
    assert rows == [(name, hashlib.sha256((vendor / name).read_bytes()).hexdigest()) for name, _ in rows]


def test_style_sheets_load_no_fonts_and_nothing_remote() -> None:
    sheets = [ROOT / "static/vendor/tabler/tabler.min.css", *(ROOT / "static/css").glob("*.css")]
    text = "".join(sheet.read_text("utf-8") for sheet in sheets)
    assert re.findall(r"@font-face|@import|sourceMappingURL", text) == []
    assert {url[:5] for url in re.findall(r"""url\(["']?([^)]{1,40})""", text)} == {"data:"}
