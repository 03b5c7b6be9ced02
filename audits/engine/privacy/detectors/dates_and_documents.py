"""Dates of birth and the numbers of passports and accounts: values that only the words around them give away."""

from ..detector import ANY_SHAPE, TWO_DIGITS, Candidate, Detector, Hit
from ..matching import LETTERS

_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|set|dic|jän|mär|mai|okt|dez|janv|févr|fév|avr|juin|"
    "juil|"
    "août|aoû|déc|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|"
    "gen|mag|giu|"
    "lug|ott|mrt|maa|mei|fev|out|led|úno|bře|dub|kvě|červ|srp|zář|říj|pro|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|"
    "січ|лют|"
    "бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|tam|hel|huh|tou|kes|hei|elo|syy|lok|mar|jou|iul|ian|noi|ιαν|φεβ|μαρ|απρ|"
    "μα|"
    "ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ|des|már|ápr|máj|jún|júl|sze|"
    "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|"
    "ב?(?:ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר)"
)
_HINDI_MONTHS = "जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर"
_MONTH = rf"(?:(?:{_MONTHS})[{LETTERS}]*|{_HINDI_MONTHS})"
_ORDINAL = "(?:st|nd|rd|th|er|º|ª|de)"
_BETWEEN = "(?: ?[-/.] ?| )"
_DATE = (
    rf"[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?:T[0-9:.]{{5,15}}Z?)?"
    rf"|[0-9]{{1,2}}{_BETWEEN}[0-9]{{1,2}}{_BETWEEN}(?:[0-9]{{4}}|[0-9]{{2}})"
    rf"|[0-9]{{1,2}}(?:{_ORDINAL}|\.)?(?: day)?(?: de| of)?[ \-/]{_MONTH}\.?(?: de| del|,)?[ \-/]"
    r"(?:[0-9]{4}|['’]?[0-9]{2})"
    rf"|{_MONTH}\.?[ \-/](?:the )?[0-9]{{1,2}}{_ORDINAL}?(?:,? |[\-/])(?:[0-9]{{4}}|'[0-9]{{2}})"
    rf"|{_MONTH}[\-/][0-9]{{1,2}}[\-/][0-9]{{2}}"
    rf"|[0-9]{{4}}\.? {_MONTH}\.? [0-9]{{1,2}}"
    r"|[0-9]{4}(?:\. ?[0-9]{1,2}){2}|[0-9]{4} ?[年년] ?[0-9]{1,2} ?[月월] ?[0-9]{1,2} ?[日일]|"
    r"[0-9]{1,2}\. [0-9]{1,2}\. [0-9]{4}"
    r"|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}"
)


def _judge_birth(candidate: Candidate) -> Hit | None:
    if not candidate.stands_alone or "DATE_OF_BIRTH" not in (candidate.label_before, candidate.label_after):
        return None
    return candidate.hit(0.85)


def _judge_passport(candidate: Candidate) -> Hit | None:
    value = candidate.value
    count = sum(c.isdigit() for c in value)
    if not candidate.stands_alone or candidate.label_before != "PASSPORT" or count < 2:
        return None
    return candidate.hit(0.8) if count >= 5 or value == value.upper() else None


def _judge_account(candidate: Candidate) -> Hit | None:
    if not candidate.stands_alone or not candidate.is_named("ACCOUNT_NUMBER"):
        return None
    return candidate.hit(0.6) if sum(c.isdigit() for c in candidate.value) >= 4 else None


DATE_OF_BIRTH = Detector(
    type="DATE_OF_BIRTH",
    triggers=(
        ANY_SHAPE,
        r"(?i)birth|born|dob|d\.o\.b|naci|nací|cumplea|geb|nai|né[e]? |anniv|urodz|ur\.|рожд|роди|др |nasc|"
        r"nato|nata|geboorte|verjaar|[дг]\.? ?р|född|födel|født|føds|narozen|narodil|doğ|народ|compleanno|"
        r"synty|γ[εέ]νν[ηή]|nășt|născ|nașt|nast|nascu|szület|rođen|生日|生年月日|誕生日|出生|생년월일|생일|"
        r"ميلاد|ولدت|تولد|לידה|נולד|जन्म|nac\.|f\.n\.|d\.d\.n|ddn|szül|d\. tarihi|нар\.",
        TWO_DIGITS,
    ),
    pattern=f"(?i){_DATE}",
    judge=_judge_birth,
    explanation="a date that the text calls a birth date",
    context={
        "en": ("birth", "born", "dob", "d.o.b", "birthday", "birthdate"),
        "zh": ("生日*", "出生*"),
        "ja": ("生年月日*", "誕生日*"),
        "ko": ("생년월일*", "생일*"),
        "ar": ("ميلاد*", "ولدت*", "المولود"),
        "he": ("לידה*", "נולד*"),
        "hi": ("जन्म*",),
        "es": (
            "nacimiento",
            "nací*",
            "naci*",
            "nacido",
            "nacida",
            "cumpleaños",
            "fecha nac*",
            "f. nac*",
            "f.nac*",
            "fec. nac*",
            "f.n.",
        ),
        "de": ("geburtsdatum", "geboren", "geburtstag", "geb.", "gebdat", "geb.-dat*", "geburt"),
        "fr": ("naissance", "né le", "née le", "né en", "né(e)", "ddn", "anniversaire"),
        "pl": ("urodzenia", "urodz", "data ur*", "ur."),
        "ru": ("рождения", "родился", "родилась", "дата рожд", "др ", "др:", "д.р", "д. р", "г.р", "г. р"),
        "it": ("nascita", "nato il", "nata il", "nato", "nata", "compleanno", "d.d.n"),
        "nl": ("geboortedatum", "geboren", "geboorte", "verjaardag"),
        "pt": ("nascimento", "nasci", "nascido", "nascida", "aniversário", "nasc."),
        "sv": ("född", "födelse", "födelsedag"),
        "da": ("født", "fødsel", "fødselsdag"),
        "fi": ("syntyn", "syntymä"),
        "cs": ("narozen", "narodil", "narodila", "nar."),
        "tr": ("doğum", "doğdum", "d. tarihi"),
        "uk": ("народження", "народився", "народилась", "народилася", "д. нар*", "дата нар*"),
        "ro": ("născut", "nascut", "nașter", "naşter", "naster"),
        "hu": ("szület", "szül. ", "szül.:"),
        "el": ("γέννηση", "γεννηση", "γεννήθηκ", "γεννηθηκ"),
    },
    rank=76,
)

PASSPORT = Detector(
    type="PASSPORT",
    triggers=(
        ANY_SHAPE,
        r"(?i)passport|pasaporte|reisepass|passeport|paszport|паспорт|passaporto|paspoort|passaporte|pass[ -]?n|"
        r"pasaport|cestovní pas|čísl[oa] [^ ]{0,8} ?pasu|pas[nu] |pasn(?:r|ummer)|útlevél|pașaport|pasaport|"
        r"διαβατ[ηή]ρι|"
        r"passi|pass:|护照|護照|パスポート|旅券|여권|جواز|דרכון|पासपोर्ट",
        r"[0-9][0-9A-Z]",
    ),
    pattern=(
        r"(?:[A-Z]{1,3} ?|[a-z]{1,3})?[0-9]{2} ?[0-9]{2} ?(?:№ ?)?[0-9]{2,6}|[0-9]{2}[A-Za-z]{2}[0-9]{5}"
        r"|[A-Za-z]{1,3}[0-9A-Za-z]{6,8}|[0-9]{7,10}"
    ),
    judge=_judge_passport,
    explanation="a document number that the text calls a passport",
    context={
        "en": ("passport",),
        "es": ("pasaporte",),
        "de": ("reisepass", "passnummer", "pass-nr", "pass nr"),
        "fr": ("passeport",),
        "pl": ("paszport",),
        "ru": ("паспорт", "загранпаспорт"),
        "it": ("passaporto",),
        "nl": ("paspoort",),
        "pt": ("passaporte",),
        "sv": ("passnummer", "pass nr", "passnr", "passets nummer", "pass:"),
        "da": ("pasnummer", "pasnr", "pas nr"),
        "fi": ("passin numero", "passi"),
        "cs": ("cestovní pas*", "pasu ", "číslo pasu"),
        "tr": ("pasaport",),
        "uk": ("паспорт",),
        "ro": ("pașaport", "pasaport"),
        "hu": ("útlevél",),
        "el": ("διαβατηρί", "διαβατήριο"),
        "zh": ("护照*", "護照*"),
        "ja": ("パスポート*", "旅券*"),
        "ko": ("여권*",),
        "ar": ("جواز*",),
        "he": ("דרכון*",),
        "hi": ("पासपोर्ट*",),
    },
    retries=True,
    rank=74,
)

ACCOUNT_NUMBER = Detector(
    type="ACCOUNT_NUMBER",
    triggers=(
        ANY_SHAPE,
        r"(?i)acc(?:ount|t| n)|ac no|konto|n(?:ume)?r konta|rachun|cuenta|compte|conto|rekening|счет|счёт|"
        r"customer (?:n|id)|client|kund|klient|клиент|conta(?:[^c]|$)|member (?:n|id)|membership n|policy n|user id|"
        r"versicherungsn|mitglied|klant|asiakasn|tilin|účt|zákazn|ügyfél|számlasz|müşteri n|hesap n|рахунк|"
        r"账号|帐号|帳號|账户|客户编号|会员号|口座|お客様番号|会員番号|계좌|고객번호|회원번호|खाता|ग्राहक|حساب|العميل|חשבון|לקוח",
        # Four digits of one number: no sum of money, which a comma and a stop take apart.
        r"(?i)[0-9](?:[a-z \-]{0,25}[0-9]){3}",
    ),
    pattern=r"(?i)[a-z]{0,4}-?[0-9][0-9a-z]{2,25}(?:[ \-][0-9]{2,8}){0,7}",
    judge=_judge_account,
    explanation="a number that the text calls an account or customer number",
    context={
        "en": ("account number", "account no", "account num*", "account #", "account id", "acct", "acc no",
               "acc number", "ac no", "account", "customer number", "customer no", "customer id", "client number",
               "client id", "member number", "member id", "membership number", "policy number", "policy no", "user id"),
        "es": ("número de cuenta", "numero de cuenta", "cuenta", "número de cliente", "numero de cliente"),
        "de": ("kontonummer", "konto-nr", "konto", "kundennummer", "kunden-nr", "mitgliedsnummer",
               "versicherungsnummer"),
        "fr": ("numéro de compte", "compte", "numéro client", "numéro de client", "n° client"),
        "pl": ("numer konta", "nr konta", "konto", "rachunek", "rachunku", "numer klienta", "nr klienta"),
        "ru": ("номер счета", "номер счёта", "счет*", "счёт*", "номер клиента", "лицевой счет", "лицевой счёт"),
        "it": ("numero di conto", "conto corrente", "conto", "codice cliente", "numero cliente"),
        "nl": ("rekeningnummer", "rekening", "klantnummer"),
        "pt": ("número da conta", "conta", "número de cliente", "número do cliente", "código do cliente"),
        "sv": ("kundnummer", "kundnr", "kontonummer"),
        "da": ("kundenummer", "kundenr", "kontonummer"),
        "fi": ("asiakasnumero", "tilinumero"),
        "cs": ("číslo účtu", "číslo zákazníka", "zákaznické číslo"),
        "hu": ("ügyfélszám", "számlaszám", "ügyfélazonosító"),
        "ro": ("număr client", "numar client", "număr de client", "cod client", "număr de cont"),
        "tr": ("müşteri numara", "müşteri no*", "hesap numara", "hesap no*"),
        "uk": ("номер рахунку", "рахунок", "номер клієнта", "особовий рахунок"),
        "zh": ("账号*", "帐号*", "帳號*", "账户*", "客户编号*", "会员号*"),
        "ja": ("口座番号*", "お客様番号*", "会員番号*"),
        "ko": ("계좌번호*", "고객번호*", "회원번호*"),
        "hi": ("खाता संख्या", "खाता नंबर", "खाता क्रमांक", "ग्राहक संख्या", "ग्राहक आईडी"),
        "ar": ("رقم الحساب", "رقم العميل"),
        "he": ("מספר חשבון", "מספר לקוח"),
    },
    retries=True,
    rank=45,
)  # fmt: skip
