"""Web addresses, and domain names where they cannot be mistaken for a missing space after a full stop."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import LETTERS, continues_word
from ..vocabulary import words

_GENERIC = words(
    "com org net edu gov mil int info biz name pro aero coop museum jobs travel mobi asia cat tel xxx post app dev "
    "page blog shop store online site website tech cloud space live news agency media email network systems "
    "solutions digital software support help life world today group company global international center design "
    "studio art wiki club xyz top icu vip win bid loan review science party trade date men stream download "
    "bank insure finance health care clinic hotel restaurant cafe pizza bike car taxi tours flights gov eco ngo "
    "berlin hamburg koeln wien paris london nyc tokyo amsterdam barcelona madrid moscow рф рус укр онлайн сайт"
)
_COUNTRY = words(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc "
    "cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga "
    "gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo "
    "jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr "
    "ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re "
    "ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr "
    "tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
#: What a domain name can end with.
ENDINGS = _GENERIC | _COUNTRY
#: Endings that are also words, or that files carry: alone they do not make a domain name.
_ALSO_WORDS = words(
    "ac ad ai al am an as at au be bi by ca ci co da de do du el en er es et eu ga gm go ha he hi ho id il im in io ir "
    "is it je la le li lo ma md me mi mo my na ne ni no nu of oh ok om on or pa pl pm pro py re sa se sh si so st "
    "su ta te th ti to tu tv ty un up us va ve vi we ya ye yo name top post live help life today world date men "
    "win date party trade page store shop online space group company bank health care car bike hotel "
    "restaurant cafe pizza taxi tours "
    "flights news email review club center paris london berlin madrid tokyo barcelona amsterdam hamburg moscow "
    "support download stream art design cat tel jobs travel app site"
)
#: In which languages such an ending is a word, where that is known; elsewhere it makes a domain name.
_WORD_IN = {
    "de": words("es fr nl pt it ro sv da"), "es": words("es de fr pt"), "it": words("en la"), "pl": words(""),
    "at": words("en sv"), "be": words("en"), "se": words("es it fr pt sv cs sk da"), "ca": words("fr ro"),
    "ch": words(""), "no": words("en es it pt"), "io": words("it"), "tv": words(""),
}  # fmt: skip
_SHORTEST_NAME = 4
#: Words that no clause ends with, so that behind them a full stop or the end of the text tells a domain name.
_NEVER_LAST = words("de es pl se ch at be")
_ENDS_CLAUSE = re.compile(r"[,;:!?)\]]|[.]?\s*$|\.\s")
#: "mg.kg", "mU.ml": doses, unless a path follows.
_UNITS = words("cm gr kg km ml mm")
_HOST = rf"(?:[{LETTERS}0-9](?:[{LETTERS}0-9_\-]*[{LETTERS}0-9])?\.)+[{LETTERS}]+"
_REST = r"""(?::[0-9]{1,5})?(?:[/?#][^\x00-\x20<>"'`{}|\\^]*)?"""
_SCHEMES = ("http://", "https://", "ftp://", "ftps://", "sftp://", "ws://", "wss://")
_TRAILING = ".,;:!?'\"»”)]}>*"


def _judge(candidate: Candidate) -> Hit | None:
    value = candidate.value
    lowered = value.lower()
    start, end = candidate.start, candidate.end
    while value and value[-1] in _TRAILING and not (value[-1] == ")" and value.count("(") >= value.count(")")):
        value = value[:-1]
        end -= 1
    if lowered.startswith(_SCHEMES):
        return candidate.hit(0.95, end=end) if len(value) > value.index("://") + 3 else None
    if start and (candidate.text[start - 1] in "@_-." or continues_word(candidate.text[start - 1])):
        return None
    host = value.replace("?", "/").replace("#", "/").split("/", 1)[0].split(":", 1)[0]
    labels = host.split(".")
    top = labels[-1]
    if end < len(candidate.text) and candidate.text[end] == "@":
        return None
    if lowered.startswith("www.") and len(labels) > 2:
        return candidate.hit(0.9, end=end)
    if top.lower() not in ENDINGS or len(labels[-2]) < 2:
        return None
    if top != top.lower() and host != host.upper():
        return None
    if top in _UNITS and len(host) == len(value):
        return None
    plain = len(host) == len(value) and len(labels) == 2
    if plain and top in _ALSO_WORDS and not any(c.isdigit() or c == "-" for c in host):
        return candidate.hit(0.6, end=end) if _is_no_word(candidate, labels, end) else None
    return candidate.hit(0.6, end=end)


def _is_no_word(candidate: Candidate, labels: list[str], end: int) -> bool:
    """The ending, itself a word somewhere, is none here: by the text's language, or since nothing goes on from it."""
    if candidate.label == "URL":
        return True
    top = labels[-1]
    if len(labels[0]) < _SHORTEST_NAME or top not in _WORD_IN:
        return False
    if candidate.language and candidate.language[:2].lower() not in _WORD_IN[top]:
        return True
    return _ENDS_CLAUSE.match(candidate.text, end) is not None and top in _NEVER_LAST


URL = Detector(
    type="URL",
    triggers=(
        ANY_SHAPE,
        rf"://|\.[{LETTERS}]{{2}}",
    ),
    pattern=rf"(?i)(?:[a-z]{{2,5}}://[^\x00-\x20<>\"'`{{}}|\\^]+|{_HOST}{_REST})",
    judge=_judge,
    explanation="a scheme and host, or a domain name with a known ending",
    context={
        "en": ("url", "website", "web site", "webpage", "site", "sites", "domain", "link*", "homepage", "browse to"),
        "es": ("sitio web", "página web", "enlace", "dominio"),
        "de": ("webseite", "internetseite", "homepage"),
        "fr": ("site web", "site internet", "lien", "domaine"),
        "pl": ("stron", "witryn", "domen"),
        "ru": ("сайт*", "ссылк", "домен"),
        "it": ("sito", "dominio"),
        "nl": ("domein",),
    },
    rank=70,
)
