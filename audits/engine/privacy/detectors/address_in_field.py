"""Whatever stands in a form's field called address: no street word need be known."""

import re

from ..detector import ANY_SHAPE, STREET_WORDS, Candidate, Detector, Hit
from ..matching import LETTERS
from ..vocabulary import words
from .locality import place_reach

_FIELDS = (
    "(?:home |mailing |shipping |billing |residential |delivery |postal |street |current |permanent |full )?address|"
    "(?:wohn|liefer|rechnungs|post|privat)?(?:adresse|anschrift)|wohnhaft|"
    "adresse (?:postale|de livraison|de facturation|complète|personnelle)|domicile|"
    "dirección(?: de (?:envío|facturación|entrega)| postal| completa)?|direccion|domicilio(?: fiscal| particular)?|"
    "indirizzo(?: di (?:residenza|spedizione|fatturazione|casa))?|residenza|residente in|"
    "(?:woon|bezorg|post|thuis|factuur)?adres|adres (?:zamieszkania|do wysyłki|dostawy|korespondencyjny|zameldowania)|"
    "(?:teslimat|ev|fatura|posta) adresi|"
    "morada|endereço(?: de (?:entrega|cobrança)| residencial| completo)?|residência|"
    "адрес(?: доставки| регистрации| проживания)?|адреса(?: доставки| проживання)?|"
    "(?:doručovací |trvalá |poštovní )?adresa|bydliště|adresa de (?:livrare|facturare|domiciliu)|domiciliu|"
    "(?:szállítási |levelezési )?cím|lakcím|lakcíme|(?:hem|leverans|post)adress|adress|"
    "(?:leverings|post|hjemme)adresse|"
    "(?:toimitus|koti|posti)?osoite|διεύθυνση|"
    "(?:घर का |डाक का |पूरा )?पता"
)
#: These announce addresses of the net: "E-Mail-Adresse:", "IP address:".
_OF_THE_NET = re.compile(
    r"(?:ip|mac|e-?mails?|mail|e-?post|web|btc|bitcoin|wallet|crypto|ethereum|eth|internet|server|url|आईपी|ईमेल|"
    r"e-?posta)[ \-]?\Z",
    re.IGNORECASE,
)
_SEPARATOR = r"[\"'*_]{0,3} ?(?:[:：=]|\||</t[dh]><td>|\t|\n) ?[*\"']{0,3} ?"
#: What an address does not have and a sentence does.
_IN_SENTENCES = words(
    "i my you please is was are were will can cannot since when your not that have has moved changed it we he she ich "
    "mein ist nicht bitte habe je est mon pas vous yo mi por favor está io mio per favore ik mijn niet jest mój proszę "
    "мой не это мне order invoice "
    "see page pages error siehe seite voir véase página pagina vedi zie blz patrz strona strony stronie см см. "
    "страницу страница стр viz vezi sidan katso sivu lásd oldal sayfa http people persons personas pessoas personnes "
    "personen seit since dal desde depuis same wie igual come comme identique как jak zoals zelfde aynı samma wird "
    "уточню bestellung pedido commande ordine заказ заказе zamówieniu bestelling sipariş regény"
)
#: A count and what is counted: "Morada: 3 pessoas". A street would have its word, and others look for those.
_NUMBER_OF_ITS_OWN = re.compile(r"[+(]?(?:[0-9][ ()\-]{0,3}){9}")
_STREETS = frozenset(STREET_WORDS.split("|"))
_COUNTED = re.compile(r"[0-9]{1,3} (?:[^\W\d_]+ ?){1,3}\Z")
#: 'Cím' is a title, too: "Cím: A 3 testőr".
_IN_HUNGARIAN = re.compile(
    r"[1-9][0-9]{3} [^\W\d_]|(?<!\w)(?:utca|út|u\.|tér|körút|krt|sétány|köz|sor|fasor|dűlő|ltp)(?!\w)"
)
#: Where the field ends before its line does: a semicolon, a label, a telephone number, another clause or sentence.
_END = re.compile(
    r"; ?|[,.] ?(?:[^\W\d_][\w().\-/' ]{1,24}|[\u0900-\u097f ]{2,24}) ?[:：=]"
    r"| (?:[^\W\d_]{2,20}|[\u0900-\u097f]{2,20}) ?[:：=]"
    r"|\"|, ?'|[,.]? \+[0-9]|, (?:и|а|но|and|but|which|y|et|und|pero|mais|aber|ma|maar|oraz)\b"
    r"|,? (?i:почтовый|индекс|телефон\w*|номер|phone|telephone|tel|post ?code|teléfono|telefon|téléphone|telefono)\b"
    r"|, (?:их|часы|вход|цена|open|opening|closed|our|their)\b|(?<=[0-9][^\W\d_]{2})\. (?=[^\W\d_])"
    r"|(?<=[^\W\d_]{5})\. (?=[^\W\d_])|(?<=[0-9]{5})\. (?=[^\W\d_])| - (?=[a-z])"
    r"|(?:(?<=[0-9])|(?<=[0-9][^\W_])|(?<=[^\W\d_]{4}))\. "
    r"(?=[^\W\d_]+ (?!(?:del?|las?|los|d[aiou]s?|des|van|der|den|nr|no)\b)[a-zà-ÿа-яё])"
)
#: The end of the line, of the table's cell, of the string.
_OUTSIDE = re.compile(r"[\n|<>\"{}\t]")
_LONGEST = 140
_NEVER = ("@", "//", "?", "!")
_FEWEST_LETTERS, _MOST_DIGITS, _MOST_WORDS = 4, 16, 22
_DIGITS = re.compile(r"[0-9]")
_LETTER = re.compile(rf"[{LETTERS}]")


def _judge(candidate: Candidate) -> Hit | None:
    text, start = candidate.text, candidate.start
    value = text[start : start + _LONGEST]
    outside = _OUTSIDE.search(value)
    value = value[: outside.start()] if outside else value
    if _DIGITS.search(value) is None:
        return None
    stop = _END.search(value)
    value = (value[: stop.start()] if stop else value).rstrip(" .,;'*-")
    if value.endswith(")") and "(" not in value:
        value = value[:-1]
    named = value.lower().split()
    if any(mark in value for mark in _NEVER) or len(named) > _MOST_WORDS or len(named) < 2:
        return None
    digits = len(_DIGITS.findall(value))
    if not 0 < digits <= _MOST_DIGITS or len(_LETTER.findall(value)) < _FEWEST_LETTERS:
        return None
    if not _IN_SENTENCES.isdisjoint(word.rstrip(",.") for word in named):
        return None
    if _NUMBER_OF_ITS_OWN.match(value):
        return None
    if _COUNTED.match(value) and value == value.lower() and _STREETS.isdisjoint(named):
        return None
    label = _postal_label(text, start)
    if label is None or (label == "cím" and _IN_HUNGARIAN.search(value) is None):
        return None
    end = start + len(value)
    return candidate.hit(0.6, start=start, end=max(end, place_reach(text, end)))


def _postal_label(text: str, start: int) -> str | None:
    """The label before `start` in lower case, if it announces no address of the net, and stands on a line of its own if
    a line's end is all that follows it."""
    label = _LABEL_BEFORE.search(text, max(0, start - 52), start)
    if label is None or _OF_THE_NET.search(text, max(0, label.start(1) - 12), label.start(1)):
        return None
    stands_alone = "\n" not in label[0] or not label.start(1) or text[label.start(1) - 1] == "\n"
    return label[1].lower() if stands_alone else None


_LABEL_BEFORE = re.compile(rf"(?:(?<=[^\w])|^)({_FIELDS}){_SEPARATOR} {{0,4}}\Z", re.IGNORECASE)

ADDRESS_IN_FIELD = Detector(
    type="ADDRESS",
    triggers=(
        ANY_SHAPE,
        r"(?i)(?:address|adres|anschrift|domicil|direcci[oó]n|indirizzo|residen[zt]|residência|morada|endereço|адрес|cím|"
        r"osoite|bydliště|wohnhaft|διεύθυνση|पता)[^ :\n]{0,9}(?: [^ :\n]{1,13}){0,2} ?"
        rf"(?:[:：=|\t<]|\n[0-9{LETTERS}])",
    ),
    pattern=rf"(?i)(?:^|[^{LETTERS}])(?:{_FIELDS}){_SEPARATOR} {{0,4}}([^\s|<>\"{{}}@])",
    judge=_judge,
    explanation="words and a number in a form's field called address",
    rank=35,
)
