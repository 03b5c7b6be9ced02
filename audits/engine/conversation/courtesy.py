"""Signs of courtesy: whether a speaker greets, thanks, says sorry, or shows understanding."""

from typing import Literal

from audits.engine.privacy.matching import Pattern

from .sentences import occurs, phrase_pattern

Courtesy = Literal["greeting", "thanks", "apology", "understanding"]

_GREETING = (
    "hello", "hi", "hi there", "dear", "good (?:morning|afternoon|evening|day)", "welcome", "hallo",
    "guten (?:tag|morgen|abend)",
    "sehr geehrte[rs]?", "liebe[r]?", "grüß gott", "hola", "buen(?:os|as) (?:días|tardes|noches)", "estimad[oa]",
    "bonjour",
    "bonsoir", "chère?", "ciao", "dzień dobry", "goedendag", "olá",
)  # fmt: skip
_THANKS = (
    "thank you", "thanks", "we appreciate", "i appreciate", "danke", "vielen dank", "gracias", "agradecemos",
    "agradezco",
    "merci", "dziękuj[a-zęą]+", "grazie", "bedankt", "dank u", "obrigad[oa]",
)  # fmt: skip
_APOLOGY = (
    "sorry", "apologi[sz]e", "apologies", "my apologies", "excuse us", "regret",
    "tut (?:mir|uns)(?: [a-zäöü]+){0,3} leid",
    "entschuldig[a-zäöü]+", "verzeihung", "bedauern?", "lo siento", "lo sentimos", "disculp[a-zé]+", "perdón",
    "lamento",
    "lamentamos", "désolée?s?", "excusez", "excuses", "przepraszam[ya]?", "mi dispiace", "scusi", "desculpe",
)  # fmt: skip
_EMPATHY = (
    "i understand", "we understand", "i(?: can)? (?:see|imagine|appreciate) (?:how|why|that)", "that must",
    "frustrating",
    "i know how", "i hear you", "happy to help", "glad to help", "of course", "no problem", "don't worry", "no worries",
    "verstehe", "verständlich", "verständnis", "ärgerlich", "gern(?:e)?", "kein problem", "keine sorge", "entiendo",
    "comprendo", "entendemos", "con (?:mucho )?gusto", "no se preocupe", "por supuesto", "je comprends",
    "nous comprenons",
    "bien sûr", "avec plaisir", "ne vous inquiétez pas",
)  # fmt: skip
_MARKS: dict[Courtesy, Pattern] = {
    "greeting": phrase_pattern(*_GREETING),
    "thanks": phrase_pattern(*_THANKS),
    "apology": phrase_pattern(*_APOLOGY),
    "understanding": phrase_pattern(*_EMPATHY),
}
_ANY = phrase_pattern(*_GREETING, *_THANKS, *_APOLOGY, *_EMPATHY)


def courtesies(text: str) -> frozenset[Courtesy]:
    """The signs of courtesy in `text`, each once. Phrases of all languages count."""
    plain = text.replace("’", "'")
    return frozenset(mark for mark, pattern in _MARKS.items() if occurs(pattern, plain))


def is_courteous(text: str) -> bool:
    """Whether there is any sign of courtesy in `text`: one search."""
    return occurs(_ANY, text.replace("’", "'"))
