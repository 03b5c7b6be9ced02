"""Mail addresses as people dictate or disguise them: "john dot smith at gmail dot com", "ana arroba uol ponto com"."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import WORD_LETTERS
from ..vocabulary import words
from .url import ENDINGS

#: What the sign is called; none of them stands between two words of a sentence as "at" does.
_AT = (
    "arroba|arobase|arobas|chiocciola|ät|aet|klammeraffe|małpa|malpa|małpka|собака|собачка|apenstaartje|apestaartje|"
    "snabel-a|snabela|zavináč|zavinac|kukac|равлик|равлика"
)
_DOT = "dot|punto|punkt|point|kropka|точка|punt|ponto|prick|punktum|tečka|tecka|nokta|крапка|pont"
_UNDERSCORE = "underscore|guion bajo|guión bajo|unterstrich|tiret bas|trattino basso|podkreślnik|нижнее подчеркивание"
_HYPHEN = "hyphen|dash|minus|guion|guión|bindestrich|tiret|trattino|myślnik|дефис|streepje|hífen"

_OPEN, _SHUT = r" ?[(\[{<] ?", r" ?[)\]}>] ?"
_SURE_AT = rf"{_OPEN}(?:at|@|{_AT}){_SHUT}| (?:{_AT}) | @ ?|@ "
_STOP = rf"\.|{_OPEN}(?:{_DOT}|\.){_SHUT}| (?:{_DOT}) "
_LABEL = rf"[{WORD_LETTERS}0-9](?:[{WORD_LETTERS}0-9\-]*[{WORD_LETTERS}0-9])?"
_PIECE = rf"[{WORD_LETTERS}0-9][{WORD_LETTERS}0-9._+\-]*"
_LOCAL = rf"{_PIECE}(?:(?: (?:{_DOT}|{_UNDERSCORE}|{_HYPHEN}) |{_OPEN}(?:{_DOT}){_SHUT}){_PIECE}){{0,4}}"

_PARTS = re.compile(
    rf"(?P<local>{_LOCAL})(?:(?P<sure>{_SURE_AT})| at )(?P<domain>{_LABEL}(?:(?:{_STOP}){_LABEL})+)", re.IGNORECASE
)
_SPELLED_AT = re.compile(rf"(?:{_SURE_AT})| at ", re.IGNORECASE)
_SPELLED_STOP = re.compile(_STOP, re.IGNORECASE)
_SPELLED_UNDERSCORE = re.compile(rf" (?:{_UNDERSCORE}) ", re.IGNORECASE)
_SPELLED_HYPHEN = re.compile(rf" (?:{_HYPHEN}) ", re.IGNORECASE)

#: Endings as they are spoken in Russian.
_SPOKEN_ENDINGS = {"ру": "ru", "ком": "com"}
#: Whose addresses are people's: "at gmail dot com" is no web site that somebody looks at.
_PROVIDERS = words(
    "gmail googlemail hotmail yahoo ymail outlook icloud live msn aol protonmail proton gmx web freenet t-online "
    "yandex mail rambler orange wanadoo laposte libero virgilio tiscali ziggo kpnmail wp onet interia o2 gazeta uol "
    "bol seznam яндекс мейл майл джимейл qq 163 naver"
)
#: Words that stand before "at" in a sentence, and are nobody's mailbox.
_NO_MAILBOXES = words(
    "us me it look looking find found here out available visit check online that this is are was them him her you "
    "shop order ordered book booked buy bought available site page website account registered"
)
#: Joined words, or a word and a number: "mary.jones", "j dot doe", "bob77".
_LOOKS_LIKE_MAILBOX = re.compile(r"[^\W\d_]+(?:[._+]| [^\W\d_]|[([])|[^\W\d_]{3,}[0-9]")
_REACH = 48
_LONGEST = 160


def _judge(candidate: Candidate) -> Hit | None:
    if candidate.end - candidate.start > _LONGEST or not _begins_a_word(candidate):
        return None
    parts = _PARTS.match(candidate.text, candidate.start, candidate.end)
    if parts is None:
        return None
    kept, host = 0, ""
    labels = _SPELLED_STOP.split(parts["domain"])
    stops = [match.span() for match in _SPELLED_STOP.finditer(parts["domain"])]
    for count in range(len(labels), 1, -1):
        if _ending(labels[count - 1]) in ENDINGS:
            host = ".".join(labels[:count]).lower()
            kept = stops[count - 1][0] if count <= len(stops) else len(parts["domain"])
            break
    if not kept or (not parts["sure"] and not _is_mailbox(candidate, parts["local"].lower(), host)):
        return None
    return candidate.hit(0.85 if parts["sure"] else 0.7, end=parts.start("domain") + kept)


def _begins_a_word(candidate: Candidate) -> bool:
    return candidate.start == 0 or candidate.text[candidate.start - 1] in " \n:;,(<[\"'-="


def _ending(label: str) -> str:
    label = label.lower()
    return _SPOKEN_ENDINGS.get(label, label)


def _is_mailbox(candidate: Candidate, local: str, host: str) -> bool:
    """Whether "x at y.z" is an address: the mailbox looks like one, the host has only such, or the text says so."""
    if local in _NO_MAILBOXES or candidate.label_before == "OTHER_NUMBER":
        return False
    return (
        _LOOKS_LIKE_MAILBOX.match(local) is not None
        or host.split(".")[0] in _PROVIDERS
        or candidate.label_before == "EMAIL_ADDRESS"
        or candidate.is_near("EMAIL_ADDRESS", _REACH)
    )


def plain_address(value: str) -> str:
    """A mail address without its spelling: "john dot smith at gmail dot com" → "john.smith@gmail.com"."""
    if "@" not in value or " " in value:
        value = _SPELLED_AT.sub("@", value, count=1)
    local, at, domain = value.partition("@")
    local = _SPELLED_HYPHEN.sub("-", _SPELLED_UNDERSCORE.sub("_", _SPELLED_STOP.sub(".", local)))
    *labels, ending = _SPELLED_STOP.split(domain)
    return (local + at + ".".join((*labels, _ending(ending)))).lower()


_ADDRESS = rf"(?i){_LOCAL}(?:{_SURE_AT}| at ){_LABEL}(?:(?:{_STOP}){_LABEL})+"

EMAIL_SPELLED_OUT = Detector(
    type="EMAIL_ADDRESS",
    triggers=(rf"(?i)[ (\[{{<](?:{_DOT})[ )\]}}>] ?[a-zкру]{{2,4}}(?:[^a-z]|$)",),
    pattern=_ADDRESS,
    judge=_judge,
    explanation="a mailbox, a word for @, and a domain name whose dots are words, in a dozen languages",
    retries=True,
    rank=89,
)

EMAIL_WITH_WORD = Detector(
    type="EMAIL_ADDRESS",
    triggers=(ANY_SHAPE, rf"(?i)(?:{_SURE_AT}| at )[^ .@(\[]+(?:\.[^ .]| ?[(\[])"),
    pattern=_ADDRESS,
    judge=_judge,
    explanation="a mailbox, a word for @ or @ between spaces, and a domain name, in a dozen languages",
    retries=True,
    rank=89,
)
