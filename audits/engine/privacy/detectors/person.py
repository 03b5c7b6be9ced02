"""Names of persons, where people say or write that it is a name."""

import re

from ..detector import Candidate, Detector, Hit
from ..matching import CAPITALS, LETTERS, WORD_LETTERS
from ..names import GIVEN_NAME, NAMES_VERSION, person_at
from ..vocabulary import words

#: Phrases that a name follows, per language. In "certain" ones a name may also be written in lower case.
_CERTAIN = (
    "my name is|my name's|my full name is|full name is|name of the passenger is|"
    "me llamo|mi nombre es|mi nombre completo es|mein name ist|ich heiße|ich heisse|je m'appelle|mon nom est|"
    "nazywam się|nazywam sie|mam na imię|mam na imie|moje imię to|меня зовут|мое имя|моё имя|моя фамилия|"
    "mi chiamo|il mio nome è|mijn naam is|ik heet|meu nome é|me chamo|我叫|我的名字是"
)
_LIKELY = (
    "the name is|name is|names are|i am|i'm|this is|call me|speaking with|talk to|speak to|speak with|signed|"
    "regards,|sincerely,|thanks,|dear|"
    "hi|hello|hey|thank you,|soy|habla|hola|estimado|estimada|ich bin|hier ist|hallo|liebe|lieber|je suis|bonjour|"
    "jestem|cześć|pozdrawiam,|z tej strony|я|здравствуйте,|с уважением,|уважаемый|уважаемая|sono|ciao|"
    "gentile|ik ben|beste|met vriendelijke groet,|sou o|sou a|olá|atenciosamente,"
)
_TITLES = (
    r"mr\.?|mrs\.?|ms\.?|miss|mx\.?|dr\.?|prof\.?|sir|madam|sr\.?|sra\.?|srta\.?|don|doña|herrn?|frau|"
    r"monsieur|madame|mme|mlle|"
    r"m\.|pani?|pana|panu|г-н|г-жа|господин|госпожа|signora?|sig\.?|sig\.ra|dhr\.?|mevrouw|mevr\.?|meneer|senhora?"
)
_FIELDS = (
    "first name|last name|full name|surname|customer name|passenger name|account holder|cardholder|name|nombre|"
    "nombres|apellidos|apellido|nombre y apellidos|vorname|nachname|name des kunden|prénom|nom|nom complet|imię|"
    "imię i nazwisko|nazwisko|имя|фамилия|фио|отчество|nome|cognome|nome e cognome|voornaam|achternaam|naam"
)
_WORD = rf"[{WORD_LETTERS}][{WORD_LETTERS}'’\-]*"
_NAME = rf"{_WORD}(?:[.]? {_WORD}){{0,5}}"
_PARTICLES = words(
    "van der den de del della di da dos du la le von zu zur ter ten el al bin ibn abu y e i af av mac mc st"
)
_CAPITALISED = re.compile(rf"[{CAPITALS}]")
_NEVER = words(
    "i'd i'll i've can could would do does did is are was were will shall may might bye goodbye let let's "
    "that's what's who's there's "
    "how's you're we're they're they've we've don't didn't doesn't isn't can't get give find show tell make "
    "book check have has had "
    "the a an i it is this that there here and or but so no not yes ok okay thanks thank please sorry hello hi hey "
    "looking trying having calling going interested sure happy glad afraid unable able just still also very well "
    "fine good great all only really currently hoping wondering need want would like my your our their his her "
    "customer support service team assistant agent bot chat help account order what when where how why which who "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december english german french spanish polish russian italian dutch american "
    "everyone everybody sir madam ladies gentlemen all team valued client guest user dear in on at to for from of by "
    "un una el la los las le les des der die das ein eine ist es et und oder y o que qui od do na nie tak da "
    "virtual digital ai new not ready done back sick ill tired hungry required missing wrong listed under as with "
    "est jest это не и я вы мы он она как что где когда a's it's i'm im ihr sie wir ich du bin nicht"
)
_AFTER_NAME = words(
    "and or but so my your the is was i and from with phone email number ssn card account address please thanks thank "
    "zip calling here of in at on to for contact mobile date born dob y e i und et en и"
)


def _trim(candidate: Candidate, *, lower_allowed: bool) -> tuple[int, int] | None:
    """The part of a run of words that reads as a name: capitalised words, particles between them."""
    words = list(re.finditer(r"[^ ]+", candidate.value))
    kept_end = 0
    capitals = 0
    for count, word in enumerate(words):
        plain = word.group().rstrip(".").lower()
        if plain in _NEVER or (count and plain in _AFTER_NAME and plain not in _PARTICLES):
            break
        if _CAPITALISED.match(word.group()):
            capitals += 1
            kept_end = word.end()
        elif lower_allowed and not capitals and count < 2:
            kept_end = word.end()
        elif plain not in _PARTICLES or not capitals:
            break
        if capitals >= 4:
            break
    if not kept_end:
        return None
    while kept_end and candidate.value[kept_end - 1] in ".'’-":
        kept_end -= 1
    return (candidate.start, candidate.start + kept_end) if kept_end > 1 else None


def _judge_certain(candidate: Candidate) -> Hit | None:
    part = _trim(candidate, lower_allowed=True)
    return candidate.hit(0.75, start=part[0], end=part[1]) if part else None


def _judge_likely(candidate: Candidate) -> Hit | None:
    part = _trim(candidate, lower_allowed=False)
    return candidate.hit(0.55, start=part[0], end=part[1]) if part else None


def _after(phrases: str, gap: str) -> str:
    return rf"(?i)(?:^|[^{LETTERS}])(?:{phrases}){gap}({_NAME})"


_LEAD = rf"(?:^|[^{LETTERS}])"

PERSON_BY_PHRASE = Detector(
    type="PERSON",
    triggers=(rf"(?i)(?:{_CERTAIN})[ :]",),
    pattern=_after(_CERTAIN, "[ :]{1,3}"),
    judge=_judge_certain,
    explanation="the words after 'my name is' and its like in eleven languages",
    context={},
    rank=30,
)

PERSON_BY_ADDRESS = Detector(
    type="PERSON",
    triggers=(rf"{_LEAD}(?i:{_LIKELY}),?[ \n]{{1,2}}[{CAPITALS}]",),
    pattern=rf"{_LEAD}(?i:{_LIKELY}),?[ \n]{{1,2}}([{CAPITALS}][{WORD_LETTERS}'\-]*(?:[.]? {_WORD}){{0,5}})",
    judge=_judge_likely,
    explanation="capitalised words after a greeting, an introduction or a closing",
    rank=28,
)

PERSON_BY_TITLE = Detector(
    type="PERSON",
    triggers=(rf"{_LEAD}(?i:{_TITLES}) [{CAPITALS}]",),
    pattern=rf"{_LEAD}(?i:{_TITLES}) ([{CAPITALS}][{WORD_LETTERS}'\-]*(?:[.]? {_WORD}){{0,5}})",
    judge=_judge_likely,
    explanation="capitalised words after Mr, Frau, pani and other titles",
    rank=29,
)

PERSON_BY_FIELD = Detector(
    type="PERSON",
    triggers=(rf"{_LEAD}(?i:{_FIELDS}) ?: {{0,2}}[{CAPITALS}]",),
    pattern=rf"{_LEAD}(?i:{_FIELDS}) ?: {{0,2}}([{CAPITALS}][{WORD_LETTERS}'\-]*(?:[.]? {_WORD}){{0,5}})",
    judge=_judge_likely,
    explanation="capitalised words in a field called name",
    rank=31,
)


def _judge_given_name(candidate: Candidate) -> Hit | None:
    if candidate.start and candidate.text[candidate.start - 1].isalpha():
        return None
    person = person_at(candidate.text, candidate.start)
    return candidate.hit(person.score, start=person.start, end=person.end) if person else None


PERSON_BY_NAME = Detector(
    type="PERSON",
    triggers=(GIVEN_NAME,),
    pattern=GIVEN_NAME,
    judge=_judge_given_name,
    explanation="a known given name by itself, or with a surname or initials beside it",
    version=NAMES_VERSION,
    rank=27,
)
