"""Given names as Polish and Russian sentences write them, and Cyrillic names in Latin letters."""

import re

_RUSSIAN_LOCALES = ("ru_RU",)
_POLISH_LOCALES = ("pl_PL",)

#: Ending of the nominative, and the endings that replace it in the other cases of the singular.
_RUSSIAN = (
    ("ия", ("ии", "ию", "ией")),
    ("я", ("и", "е", "ю", "ей")),
    ("га", ("ги", "ге", "гу", "гой")),
    ("ка", ("ки", "ке", "ку", "кой")),
    ("ха", ("хи", "хе", "ху", "хой")),
    ("ша", ("ши", "ше", "шу", "шей")),
    ("жа", ("жи", "же", "жу", "жей")),
    ("ча", ("чи", "че", "чу", "чей")),
    ("а", ("ы", "е", "у", "ой")),
    ("ий", ("ия", "ию", "ием", "ии")),
    ("ей", ("ея", "ею", "еем", "ее")),
    ("ай", ("ая", "аю", "аем", "ае")),
    ("ь", ("я", "ю", "ем", "е")),
    ("", ("а", "у", "ом", "е")),
)
_POLISH = (
    ("ia", ("ii", "i", "ię", "ią", "iu", "io")),
    ("ja", ("i", "ji", "ję", "ją", "jo")),
    ("ka", ("ki", "ce", "kę", "ką", "ko")),
    ("ga", ("gi", "dze", "gę", "gą", "go")),
    ("ta", ("ty", "cie", "tę", "tą", "to")),
    ("ra", ("ry", "rze", "rę", "rą", "ro")),
    ("ła", ("ły", "le", "łę", "łą", "ło")),
    ("a", ("y", "ie", "ę", "ą", "o")),
    ("ek", ("ka", "kowi", "kiem", "ku")),
    ("er", ("ra", "rowi", "rem", "rze")),
    ("eł", ("ła", "łowi", "łem", "le")),
    ("i", ("iego", "iemu", "im")),
    ("y", ("ego", "emu", "ym")),
    ("d", ("da", "dowi", "dem", "dzie")),
    ("t", ("ta", "towi", "tem", "cie")),
    ("r", ("ra", "rowi", "rem", "rze")),
    ("ł", ("ła", "łowi", "łem", "le")),
    ("sz", ("sza", "szowi", "szem", "szu")),
    ("", ("a", "owi", "em", "ie")),
)

_SHORTEST = 3


def declined(name: str, locale: str) -> list[str]:
    """The other cases of a given name. Regular endings only; what no sentence says does no harm."""
    lower = name.lower()
    if locale in _RUSSIAN_LOCALES:
        rules: tuple[tuple[str, tuple[str, ...]], ...] = _RUSSIAN
    elif locale in _POLISH_LOCALES:
        rules = _POLISH
    else:
        return []
    for ending, others in rules:
        if lower.endswith(ending) and len(lower) - len(ending) >= _SHORTEST - 1:
            stem = lower[: len(lower) - len(ending)]
            return [stem + other for other in others if len(stem + other) >= _SHORTEST]
    return []


_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g",
}  # fmt: skip
_ALSO = (("yu", "iu"), ("ya", "ia"), ("kh", "h"), ("iy$", "y"), ("iya", "ia"), ("^e", "ye"))


def transliterated(name: str) -> list[str]:
    """A Cyrillic name in Latin letters, in the ways that passports have done it. Empty for other scripts."""
    lower = name.lower()
    if not re.fullmatch(r"[а-яёіїєґ\-]+", lower):
        return []
    plain = "".join(_LATIN.get(character, character) for character in lower)
    return [plain, *(other for old, new in _ALSO if (other := re.sub(old, new, plain)) != plain)]
