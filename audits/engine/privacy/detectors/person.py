"""Names of persons: where people say or write that it is a name, and where the name itself gives it away."""

import re
from collections.abc import Iterable

from ..detector import Candidate, Detector, Hit
from ..matching import CAPITALS, LETTERS, WORD_LETTERS, WORD_MAY_BEGIN
from ..names import (
    GIVEN_NAME,
    GIVEN_NAME_IN_LOWER_CASE,
    IN_CAPITALS,
    NAME_SHAPE,
    NAMES_VERSION,
    Person,
    has_known_name,
    is_clear_surname,
    name_at_head,
    person_in_capitals,
    persons,
    persons_in_lower_case,
)

#: Phrases that a name follows, per language. In "certain" ones a name may also be written in lower case.
_CERTAIN = (
    "my name is|my name's|my full name is|full name is|name of the passenger is|i am called|i'm called|me llamo|"
    "mi nombre es|mi nombre completo es|mein name ist|ich heiße|ich heisse|je m'appelle|mon nom est|nazywam się|"
    "nazywam sie|mam na imię|mam na imie|moje imię to|меня зовут|мое имя|моё имя|моя фамилия|мене звати|mi chiamo|"
    "il mio nome è|mijn naam is|ik heet|meu nome é|me chamo|jmenuji se|volám sa|jag heter|mitt namn är|jeg hedder|"
    "jeg heter|mit navn er|nimeni on|a nevem|mă numesc|numele meu este|zovem se|moje ime je|ime mi je|benim adım|"
    "adım|benim ismim|ismim|με λένε|ονομάζομαι|λέγομαι|το όνομά μου είναι|το όνομα μου είναι|chamo-me|jmenuju se|"
    "moje jméno je|"
    "numele meu e|мене звуть|моє ім'я|ім'я моє"
)
_LIKELY = (
    "the name is|name is|names are|i am|i'm|this is|call me|calls me|speaking with|talk to|speak to|speak with|"
    "signed|signed by|under the name of|under the name|in the name of|on behalf of|registered to|attn|attn:|c/o|"
    "regards,|sincerely,|cheers,|thanks,|dear|hi|hello|hey|thank you,|thank you|soy|habla|a nombre de|hola|estimado|"
    "estimada|atentamente,|saludos,|un saludo,|ich bin|hier ist|hier spricht|auf den namen|hallo|liebe|lieber|grüßen|"
    "grüßen,|grüße|grüße,|gruß|gruß,|je suis|au nom de|bonjour|cordialement,|cordialement|jestem|na nazwisko|cześć|"
    "pozdrawiam,|pozdrawiam|z poważaniem,|z poważaniem|z tej strony|я|на имя|здравствуйте,|с уважением,|с уважением|"
    "уважаемый|уважаемая|sono|a nome di|ciao|gentile|distinti saluti,|ik ben|op naam van|beste|"
    "met vriendelijke groet,|groeten,|sou o|sou a|em nome de|olá|atenciosamente,|best,|best wishes,|yours,|"
    "warm regards,|account is under|reservation is under|booking is under|le habla|les habla|de parte de|atentamente|"
    "cordialmente,|mfg|läuft auf|bien à vous,|intestato a|intestata a|cordiali saluti,|cordiali saluti|qui parla|"
    "spreekt met|vriendelijke groet|vriendelijke groeten,|groetjes|groetjes,|aqui é|aqui é a|aqui é o|prezada|"
    "prezado|cumprimentos,|szanowna|szanowny|med vänliga hälsningar|med vänliga hälsningar,|hälsningar|hälsningar,|"
    "mvh|vh|med venlig hilsen|med vennlig hilsen|hilsen|hilsen,|kære|kjære|i navnet|ystävällisin terveisin|terveisin|"
    "terveisin,|nimellä|pe numele|stimată doamnă|stimate domnule|stimate|stimată|cu stimă,|cu stimă|u telefonu|"
    "na jméno|s pozdravem|s pozdravem,|vážený pane|vážená paní|sayın|saygılarımla|saygılarımla,|tisztelt|kedves|"
    "üdvözlettel|üdvözlettel,|είμαι ο|είμαι η|στο όνομα|αγαπητή|αγαπητέ|αγαπητή κυρία|αγαπητέ κύριε|κυρία|κύριε|"
    "κύριος|με εκτίμηση|με εκτίμηση,|з повагою|з повагою,|шановна|шановний|на ім'я"
)
_TITLES = (
    r"mr\.?|mrs\.?|ms\.?|miss|mx\.?|dr\.?|prof\.?|sir|madam|señor|señora|señorita|sr\.?|sra\.?|srta\.?|don|doña|"
    r"herrn?|frau|monsieur|madame|mademoiselle|mme|mlle|m\.|pani?|pana|panu|panem|panią|panom|г-на?|г-жа|господину?|"
    r"господина|госпожа|госпоже|signora?|signorina|sig\.?|sig\.ra|dhr\.?|mevrouw|mevr\.?|meneer|senhora?|dna|doamna|"
    r"domnul|doamnei|domnului|paní|pane|bay|bayan|κύριο|κύριος|κύριε|κυρία|κυρίας|пан|пані|fru|hr\.?|herra|rouva|úr"
)
#: Words that a name follows as it does a title: "surname Marsh".
_NAMED = (
    "surname|last name|nachname|familienname|nom de famille|apellidos|apellido|cognome|apelido|"
    "sobrenome|nazwisko|фамилия|achternaam|efternamn|etternavn|efternavn|sukunimi|příjmení|soyadım|"
    "прізвище|επώνυμο|keresztnév|first name|vorname|prénom|voornaam|förnamn|fornavn|etunimi|prenume|nume de familie"
)
_TITLES_IN_LOWER_CASE = (
    r"mr\.?|mrs\.?|ms\.?|señor|señora|señorita|herrn?|frau|monsieur|madame|signora?|mevrouw|meneer|senhora?|pani|"
    r"panem|господину?|господина|госпожа"
)
#: What customers are like stands in fields of these names, too: "Client : Professionnel".
_CUSTOMERS = "client|kunde|kundin|cliente|klant|klient|klientka|клиент|kund|asiakas|zákazník|ügyfél|müşteri|клієнт"
_FIELDS = (
    "first name|last name|full name|surname|customer name|passenger name|account holder|cardholder|cardholder name|"
    "name|customer|passenger|patient|contact|nombre|nombres|nombre completo|apellidos|apellido|nombre y apellidos|"
    "titular|paciente|médico|remitido por|vorname|nachname|name des kunden|kontoinhaber|patientin|prénom|nom|"
    "nom complet|titulaire|imię|imię i nazwisko|nazwisko|pacjent|имя|фамилия|фио|отчество|пациент|nome|cognome|"
    "nome e cognome|intestatario|voornaam|achternaam|naam|nome completo|jméno|příjmení|namn|förnamn|efternamn|navn|"
    "vezetéknév|keresztnév|név|teljes név|ad soyad|adı soyadı|adı|soyadı|isim|guest name|account name|billing name|"
    "recipient|"
    "destinatario|destinataire|empfänger|odbiorca|получатель|nombre y apellido|nom et prénom|prénom et nom|"
    "vor- und nachname|familienname|nome e sobrenome|sobrenome|apelido|voor- en achternaam|fullt namn|fornavn|"
    "etternavn|"
    "efternavn|fulde navn|nimi|etunimi|sukunimi|koko nimi|jméno a příjmení|nume|prenume|nume și prenume|nume complet|"
    "όνομα|επώνυμο|ονοματεπώνυμο|піб|ім'я|прізвище|по батькові|отримувач|"
    "contact person|patient name|policyholder|insured person|assurée?|ansprechpartner|ansprechpartnerin|"
    "versicherungsnehmer|versicherungsnehmerin|nominativo|assicurato|contactpersoon|"
    f"rekeninghouder|właściciel konta|ф\\.и\\.о\\.?|kontohavare|{_CUSTOMERS}"
)
#: Between a field's name and its value in forms, JSON, Markdown and tables.
_FIELD_SIGN = r"(?:[\"'\x2a]{0,3} ?:[\x2a]{0,2}| ?\||</t[dh]><td>)"
_COMPANY = re.compile(
    r"(?<!\w)(?:gmbh|ag|kg|ltd|limited|inc|corp|llc|plc|company|s\.?[al]\.?|sarl|sas|srl|spa|lda|ltda|bv|nv|ab|oy|a/s|"
    r"kft|zrt|s\.r\.o|sp|spółka|firma|empresa|ооо|оао|зао|лицо|şti|a\.ş)(?!\w)",
    re.IGNORECASE,
)
_CUSTOMER_BEFORE = re.compile(rf"(?<!\w)(?:{_CUSTOMERS}){_FIELD_SIGN} {{0,2}}[\"']?\Z", re.IGNORECASE)
_WORD = rf"[{WORD_LETTERS}][{WORD_LETTERS}'’\-]*"
_INITIAL = rf"[{CAPITALS}]\. ?"
_NAME = rf"(?:{_INITIAL}|{_WORD} ){{0,5}}{_WORD}"
_CAPITALISED_NAME = rf"(?:{_INITIAL}){{0,3}}[{CAPITALS}][{WORD_LETTERS}'\-]*(?: (?:{_INITIAL})?{_WORD}){{0,5}}"
#: What a surname can begin with in lower case: "meneer van der Veen".
_BEFORE_SURNAME = r"(?:(?:van|von|de|den|der|ter|ten|di|da|du|del|la|le|el|zu) ){0,2}"
_LEAD = rf"(?:^|[^{LETTERS}])"
#: How a name can begin behind a greeting; "I am" and "I'd like" are what mostly does.
_NAME_BEGINS = rf"(?:[{CAPITALS.replace('A-Z', 'A-HJ-Z')}]|I[{WORD_LETTERS}.\-]|I'[^dlmv])"


#: Titles that stand before a name and nowhere else; "sir" and "madame" may begin a sentence's address.
_BEFORE_NAME_ONLY = re.compile(
    r"(?:^|\W)(?:mr|mrs|ms|mx|dr|prof|sr|sra|srta|herrn?|frau|m|mme|mlle|pana?|pani|panu|panią|sig|sig\.ra|dhr|mevr|"
    r"mevrouw|meneer|г-на?|г-жа|dna|doamna|paní|surname|last name|nachname|familienname|nom de famille|apellidos?|"
    r"cognome|apelido|sobrenome|nazwisko|фамилия|achternaam|efternamn|etternavn|efternavn|sukunimi|příjmení|soyadı|"
    r"прізвище|επώνυμο)[.:]? {0,2}\Z",
    re.IGNORECASE,
)


def _name_at(candidate: Candidate, score: float, *, lower_allowed: bool) -> Hit | None:
    end = name_at_head(candidate.text, candidate.start, candidate.end, lower_allowed=lower_allowed)
    if end is None and _BEFORE_NAME_ONLY.search(candidate.text, max(0, candidate.start - 20), candidate.start):
        end = name_at_head(candidate.text, candidate.start, candidate.end, lower_allowed=lower_allowed, titled=True)
    return candidate.hit(score, end=end) if end else None


def _judge_certain(candidate: Candidate) -> Hit | None:
    return _name_at(candidate, 0.75, lower_allowed=True)


def _judge_likely(candidate: Candidate) -> Hit | None:
    return _name_at(candidate, 0.55, lower_allowed=False)


def _judge_field(candidate: Candidate) -> Hit | None:
    hit = _name_at(candidate, 0.55, lower_allowed=True)
    is_lower = candidate.value[0] == candidate.value[0].lower()
    if hit is None or not is_lower:
        hit = _judge_likely(candidate)
        is_doubtful = hit is not None and _CUSTOMER_BEFORE.search(candidate.text, max(0, hit.start - 20), hit.start)
        if hit is None or not is_doubtful:
            return hit
        named = candidate.text[hit.start : hit.end]
        if " " in named:
            return None if _COMPANY.search(named) else hit
    return hit if has_known_name(candidate.text[hit.start : hit.end]) else None


def _judge_lower_case_title(candidate: Candidate) -> Hit | None:
    return candidate.hit(0.45) if is_clear_surname(candidate.value) else None


PERSON_BY_PHRASE = Detector(
    type="PERSON",
    triggers=(rf"(?i)(?:{_CERTAIN})[ :]",),
    pattern=rf"{_LEAD}(?i:{_CERTAIN})[ :]{{1,3}}({_NAME})",
    judge=_judge_certain,
    explanation="the words after 'my name is' and its like in two dozen languages",
    version=NAMES_VERSION,
    rank=30,
)

PERSON_BY_ADDRESS = Detector(
    type="PERSON",
    triggers=(rf"{WORD_MAY_BEGIN}(?i:{_LIKELY}),?[ \n]{{1,2}}{_NAME_BEGINS}",),
    pattern=rf"{_LEAD}(?i:{_LIKELY}),?[ \n]{{1,2}}({_CAPITALISED_NAME})",
    judge=_judge_likely,
    explanation="capitalised words after a greeting, an introduction or a closing",
    version=NAMES_VERSION,
    rank=28,
)

PERSON_BY_TITLE = Detector(
    type="PERSON",
    triggers=(
        rf"{WORD_MAY_BEGIN}(?i:{_TITLES}|{_NAMED}) (?:(?:van|von|de|den|der|ter|di|da|du|del|la|le|el) )?[{CAPITALS}]",
    ),
    pattern=rf"{_LEAD}(?i:{_TITLES}|{_NAMED}) ({_BEFORE_SURNAME}{_CAPITALISED_NAME})",
    judge=_judge_likely,
    explanation="capitalised words after Mr, Frau, pani and other titles",
    version=NAMES_VERSION,
    rank=29,
)

PERSON_BY_FIELD = Detector(
    type="PERSON",
    triggers=(rf"{WORD_MAY_BEGIN}(?i:{_FIELDS}){_FIELD_SIGN}",),
    pattern=rf"{_LEAD}(?i:{_FIELDS}){_FIELD_SIGN} {{0,2}}[\"']?({_CAPITALISED_NAME}|{_NAME})",
    judge=_judge_field,
    explanation="capitalised words, or a known name in lower case, in a field called name",
    version=NAMES_VERSION,
    rank=31,
)

PERSON_BY_TITLE_IN_LOWER_CASE = Detector(
    type="PERSON",
    triggers=(rf"{WORD_MAY_BEGIN}(?:{_TITLES_IN_LOWER_CASE}) [{WORD_LETTERS}]",),
    pattern=rf"{_LEAD}(?:{_TITLES_IN_LOWER_CASE}) ({_WORD})",
    judge=_judge_lower_case_title,
    explanation="a known surname after Mr, Frau, pani and other titles, in lower case",
    version=NAMES_VERSION,
    rank=26,
)


def _hit(person: Person) -> Hit:
    return Hit(person.start, person.end, person.score)


def _find_names(text: str) -> Iterable[Hit]:
    return map(_hit, persons(text))


def _find_names_in_lower_case(text: str) -> Iterable[Hit]:
    return map(_hit, persons_in_lower_case(text))


def _judge_capitals(candidate: Candidate) -> Hit | None:
    person = person_in_capitals(candidate.text, candidate.start, candidate.end)
    return _hit(person) if person else None


PERSON_BY_NAME = Detector(
    type="PERSON",
    triggers=(f"{GIVEN_NAME}|{NAME_SHAPE}",),
    find=_find_names,
    explanation="a known given name by itself, or with a surname, initials or a surname's ending beside it",
    version=NAMES_VERSION,
    rank=27,
)

PERSON_IN_CAPITALS = Detector(
    type="PERSON",
    triggers=(IN_CAPITALS,),
    pattern=IN_CAPITALS,
    judge=_judge_capitals,
    explanation="a given name and a surname, all in capitals",
    version=NAMES_VERSION,
    rank=27,
)

PERSON_IN_LOWER_CASE = Detector(
    type="PERSON",
    triggers=(GIVEN_NAME_IN_LOWER_CASE,),
    find=_find_names_in_lower_case,
    explanation="a given name in a text without capitals: a frequent one, or with a surname beside it",
    version=NAMES_VERSION,
    rank=27,
)
