"""Passwords, PINs, keys and tokens."""

import re

from ..detector import ANY_SHAPE, THREE_DIGITS, Candidate, Detector, Hit
from ..matching import LETTERS, continues_word
from ..vocabulary import words

_ORDINARY = words(
    "is are was not and or the a an to for my your our it i you we they reset change changed forgot forgotten expired "
    "wrong incorrect invalid please again new old same that this has have on in with because but so must should can "
    "required needed protected manager recovery es está de del la el no y o para pero ist nicht und oder der die das "
    "vergessen falsch est pas et ou le les oublié jest nie i lub nie забыл не и или è non e o field please? working "
    "doesn't isn't link page email mail account security code number verification login username user at by from when "
    "what how why where will would could does did do don't won't want need needs anymore anything "
    "none null missing see n/a least minimum minimal minimo mínimo mindestens minimaal minst legalább минимум "
    "olvidada olvidado oubliée dimenticata забыт vergeten glömt"
)
_VERBS = "is|was|es|era|ist|war|lautet|heißt|est|to|jest|to jest|это|è|é"
#: The same where more words than passwords follow: "lösenordet är fel".
_FURTHER_VERBS = "fue|était|är|var|er|oli|on|je|bylo|byl|este|है"
#: Short words that mean other things, too: a password only where a colon or a table's bar follows.
_SHORT = "pass|pw|mdp|clave|ww|contr\\.|pwort"
_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,9}")
#: What stands for a password that was hidden already.
_HIDDEN = frozenset("*•.xX_-#")


#: No letters of scripts without spaces, in which the sentence may go on at once.
_IN_VALUE = r"[^ \t\n\r\f\v\"'`|<，。；、ぁ-ヿ㐀-鿿가-힣]"
#: The expression finds its beginning only: a hundred copies of these ranges would take milliseconds to compile for the
#: first text that says so.
_BEGINNING = f"{_IN_VALUE}{{3}}"
_WHOLE = re.compile(f"{_IN_VALUE}{{3,128}}")


def _judge_secret(candidate: Candidate) -> Hit | None:
    whole = _WHOLE.match(candidate.text, candidate.start)
    value = (whole[0] if whole else candidate.value).rstrip(".,;!?)\"'}")
    if len(value) < 3 or value.lower() in _ORDINARY or value.startswith(("http", "[", "<")):
        return None
    if _HIDDEN.issuperset(value) or not (_looks_chosen(value) or _is_announced(candidate)):
        return None
    mixed = any(not c.isalpha() for c in value) or (value != value.lower() and value != value.capitalize())
    return candidate.hit(0.8 if mixed else 0.5, end=candidate.start + len(value))


#: Behind these stands what looks like a password, or none: a short word, a word by itself, or a further verb.
_WEAK = re.compile(
    rf"(?:(?:^|[^{LETTERS}])(?:{_SHORT})[^{LETTERS}]{{1,12}}"
    rf"|(?:^|[^{LETTERS}])(?:{_FURTHER_VERBS}) |\n)[\"'`]?\Z",
    re.IGNORECASE,
)
_JUST_A_SPACE = re.compile(r"[^\W\d_] \Z")
_VERB = re.compile(rf"(?:^|[^{LETTERS}])(?:{_VERBS}) \Z", re.IGNORECASE)


def _is_announced(candidate: Candidate) -> bool:
    """Whether what stands before makes any word a password: a colon or a verb, not just a space ("password reset")."""
    text, start = candidate.text, candidate.start
    first = max(0, start - 20)
    if _WEAK.search(text, first, start):
        return False
    return _JUST_A_SPACE.search(text, first, start) is None or _VERB.search(text, first, start) is not None


def _looks_chosen(value: str) -> bool:
    """Letters together with digits or marks, as in no word of a sentence. Not a passport's number behind "Pass:"."""
    if len(value) < 5 or _DOCUMENT.fullmatch(value):
        return False
    return any(c.isalpha() for c in value) and any(c.isdigit() or c in "!#$%&*?@_" for c in value)


def _judge_pin(candidate: Candidate) -> Hit | None:
    return candidate.hit(0.7) if candidate.stands_alone else None


def _judge_token(candidate: Candidate) -> Hit | None:
    if candidate.start and continues_word(candidate.text[candidate.start - 1]):
        return None
    scheme = "bearer " if candidate.value.lower().startswith("bearer ") else ""
    return candidate.hit(0.95, start=candidate.start + len(scheme))


#: Words that say password, whatever follows. In scripts without capitals a particle may stand behind them.
_KEYWORDS = (
    "password|passwd|pwd|passcode|passphrase|api[ _-]?key|secret[ _-]?key|access[ _-]?token|client[ _-]?secret|"
    "contraseña|contrasena|clave de acceso|passwort|kennwort|mot de passe|mdp provisoire|hasło|haslo|пароль|пароля|"
    "wachtwoord|senha|palavra-passe|parola d'ordine|lösenordet|lösenord|passordet|passord|adgangskoden|adgangskode|"
    "kodeord|salasana|heslo|jelszavam|jelszó|parola|parolă|şifrem|şifre|पासवर्ड|密码|密碼|パスワード|비밀번호|"
    "كلمة المرور|كلمة السر|סיסמה|סיסמא|κωδικός πρόσβασης"
)
_FOR_NOW = "provis[óo]ri[ao]|provisional|temporal|temporane[ao]|provvisori[ao]|provisoire|temporaire|tymczasowe"
_COLON = r"[\"'*_`]{0,3} ?(?:[:=：] ?[*_]{0,2}|\| |</t[dh]><td>)[ \t]?"
_SAYS = (
    rf"(?:(?: (?:{_FOR_NOW}))?{_COLON}"
    rf"|[ ](?:{_VERBS}|{_FURTHER_VERBS})(?:[ ]?:)?[ ]|(?: ?是| ?为| ?は| ?은| ?는) ?"
    r"|[ ]?[\-–][ ]|\n"
    r"|[ ](?:for|de|für|pour|do|от|di|van)[ ][^ :]{1,30}(?:[ ](?:is|es|ist|est|to|это|è|é)[ ]|[ ]?:[ ]?)|[ ])"
)
PASSWORD = Detector(
    type="CREDENTIAL",
    # An asterisk by its number, since a repetition by its sign is searched apart.
    triggers=(rf"(?i)(?:{_KEYWORDS})|(?:^|[^a-z])(?:{_SHORT})[\"'\x2a_]{{0,3}} ?[:=|<]",),
    pattern=rf"(?i)(?:(?:{_KEYWORDS}){_SAYS}|(?:^|[^{LETTERS}])(?:{_SHORT}){_COLON})[\"'`]?({_BEGINNING})",
    judge=_judge_secret,
    explanation="what follows 'password is' or 'API key:' in two dozen languages",
    version=2,
    context={"en": ("password", "passcode", "pwd", "pin code", "pin")},
    rank=89,
)

PIN = Detector(
    type="CREDENTIAL",
    triggers=(ANY_SHAPE, r"(?i)(?:pin|cvv|cvc|otp|пин|security code|verification code)[ \-:=#2]", THREE_DIGITS),
    pattern=(
        rf"(?i)(?:^|[^{LETTERS}])(?:pin|cvv|cvc|cvv2|otp|пин|security code|verification code)"
        r"(?:[ -]?(?:code|number|no|nummer|код))?(?:[ ]?[:=#][ ]?|[ ](?:is|es|ist|est|to|это|è|é)?[ ]?)([0-9]{3,8})"
    ),
    judge=_judge_pin,
    explanation="three to eight digits after PIN, CVV or a one-time code's name",
    rank=89,
)

TOKEN = Detector(
    type="CREDENTIAL",
    triggers=(r"[srp]k[-_]|gh[pousr]_|github_pat_|A[KS]IA|AIza|xox|eyJ|glpat-|PRIVATE KEY|[Bb]earer |npm_|SG\.|hf_",),
    pattern=(
        r"(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_\-]{16,}|gh[pousr]_[A-Za-z0-9]{30,}"
        r"|github_pat_[A-Za-z0-9_]{20,}|A[KS]IA[0-9A-Z]{16}|AIza[0-9A-Za-z_\-]{35}|xox[abeoprs]-[A-Za-z0-9\-]{10,}"
        r"|eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?|glpat-[A-Za-z0-9_\-]{20,}"
        r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}"
        r"|SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{30,}|[Bb]earer [A-Za-z0-9_\-.=/+]{20,}"
    ),
    judge=_judge_token,
    explanation="the fixed beginnings that issuers give to their keys and tokens",
    rank=96,
)
