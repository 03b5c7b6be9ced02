"""Invented personal data in the styles of each country, right by python-stdnum and phonenumbers.

Everything comes from a seeded generator, so that a test has the same cases in every process.
"""

import hashlib
import ipaddress
import random
from collections.abc import Callable

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

REGION = {
    "en": "GB", "es": "ES", "de": "DE", "fr": "FR", "pl": "PL", "ru": "RU", "it": "IT", "nl": "NL", "pt": "PT",
    "sv": "SE", "cs": "CZ", "tr": "TR", "uk": "UA",
}  # fmt: skip
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def digits(rng: random.Random, count: int) -> str:
    """So many random digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


def grouped(value: str, sizes: list[int], joint: str) -> str:
    """`value` cut into pieces of these sizes."""
    pieces, position = [], 0
    for size in sizes:
        pieces.append(value[position : position + size])
        position += size
    return joint.join(pieces)


def phone(rng: random.Random, language: str) -> str:
    """A number that the plan of the language's country knows, in one of the ways people write it."""
    region = REGION[language]
    kind = rng.choice([PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
    example = phonenumbers.example_number_for_type(region, kind)
    national = phonenumbers.national_significant_number(example)
    while True:
        made = national[: len(national) // 2] + digits(rng, len(national) - len(national) // 2)
        parsed = phonenumbers.parse(f"+{example.country_code}{made}")
        if phonenumbers.is_valid_number(parsed):
            break
    written = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    return rng.choice(
        [
            written,
            international,
            phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
            international.replace("+", "00", 1),
            written.replace(" ", "-").replace("--", "-"),
            written.replace(" ", ".").replace("(", "").replace(")", ""),
            f"+{parsed.country_code} (0){written.lstrip('0').strip()}" if written.startswith("0") else international,
        ]
    )


_CARDS = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("34", 15), ("6011", 16), ("36", 14), ("62", 16))


def card(rng: random.Random, language: str) -> str:
    """A payment card number with a right Luhn digit."""
    head, length = rng.choice(_CARDS)
    body = head + digits(rng, length - len(head) - 1)
    number = body + luhn.calc_check_digit(body)
    if length == 15:
        return rng.choice([number, grouped(number, [4, 6, 5], " "), grouped(number, [4, 6, 5], "-")])
    if length == 14:
        return rng.choice([number, grouped(number, [4, 6, 4], " ")])
    quarters = [4, 4, 4, 4]
    return rng.choice(
        [
            number,
            grouped(number, quarters, " "),
            grouped(number, quarters, "-"),
            grouped(number, quarters, "."),
            grouped(number, quarters, "  "),
            grouped(number, quarters, " - "),
            grouped(number, [8, 8], " "),
            grouped(number, [2] * 8, " "),
        ]
    )


_IBAN = {
    "en": ("GB", "aaaannnnnnnnnnnnnn"), "es": ("ES", "n" * 20), "de": ("DE", "n" * 18),
    "fr": ("FR", "n" * 10 + "c" * 11 + "nn"), "pl": ("PL", "n" * 24), "ru": ("AT", "n" * 16),
    "it": ("IT", "a" + "n" * 10 + "c" * 12), "nl": ("NL", "aaaa" + "n" * 10), "pt": ("PT", "n" * 21),
    "sv": ("SE", "n" * 20), "cs": ("CZ", "n" * 20), "tr": ("TR", "nnnnn0" + "c" * 16), "uk": ("UA", "n" * 6 + "c" * 19),
}  # fmt: skip


def iban(rng: random.Random, language: str) -> str:
    """An account number of the language's country, with right check digits; bare, in fours, or in lower case."""
    country, form = _IBAN[language]
    letters = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "0123456789ABCDEFGHJK", "0": "0"}
    body = "".join(rng.choice(letters[kind]) for kind in form)
    number = country + mod_97_10.calc_check_digits(body + country) + body
    fours = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    return rng.choice([number, fours, number.lower(), fours.lower(), fours.replace(" ", "-")])


_LOCALS = {
    "en": "john.smith jane_doe+shop j.r.o'neil mike99", "es": "josé.garcía maria-lopez nuria.peña+compras",
    "de": "jürgen.müller anna-lena.schmidt k.weiß", "fr": "hélène.dupont j-p.martin contact.rené",
    "pl": "łukasz.wójcik anna.k małgorzata_nowak", "ru": "ivan.petrov иван.петров masha_99",
    "it": "giulia.rossi m.d'angelo luca+posta", "nl": "jan.devries p.van.dijk sanne_b",
    "pt": "joão.silva ana-c rita.s+loja",
    "sv": "åsa.lindström erik.b", "cs": "jiří.novák p.dvořáková", "tr": "ayşe.yılmaz mehmet.k",
    "uk": "oksana.k олена.коваль",
}  # fmt: skip
_HOSTS = {
    "en": "example.co.uk mail.example.org", "es": "ejemplo.es correo.ejemplo.com", "de": "beispiel.de müller-gmbh.de",
    "fr": "exemple.fr hôtel-paris.fr", "pl": "przyklad.pl poczta.przyklad.com.pl", "ru": "example.ru почта.рф",
    "it": "esempio.it pec.esempio.it", "nl": "voorbeeld.nl mail.voorbeeld.nl", "pt": "exemplo.pt exemplo.com.br",
    "sv": "exempel.se", "cs": "priklad.cz", "tr": "ornek.com.tr", "uk": "pryklad.com.ua пошта.укр",
}  # fmt: skip


def mail(rng: random.Random, language: str) -> str:
    """A mail address, some with letters beyond ASCII, some with "(at)" and "[dot]" spelt out."""
    local, host = rng.choice(_LOCALS[language].split()), rng.choice(_HOSTS[language].split())
    plain = f"{local}{rng.randrange(100)}@{host}"
    spelt = plain.replace("@", rng.choice([" (at) ", "[at]", " [at] "])).replace(".", rng.choice([".", " [dot] "]), 0)
    return rng.choice([plain, plain, plain, plain.upper() if plain.isascii() else plain, spelt])


def url(rng: random.Random, language: str) -> str:
    """A web address, with or without scheme, or a bare domain name."""
    host = rng.choice(_HOSTS[language].split())
    return rng.choice(
        [
            f"https://{host}/konto/{rng.randrange(10_000)}?id={rng.randrange(99)}",
            f"http://www.{host}",
            f"www.{host}/a-b_c",
            host,
            f"{host}/profil",
        ]
    )


def address(rng: random.Random, language: str) -> str:
    """An IP address of either version, in full, short, or mapped form."""
    four = ".".join(str(rng.randrange(1, 255)) for _ in range(4))
    six = ipaddress.IPv6Address(rng.getrandbits(128))
    short = f"2001:db8::{rng.randrange(1, 0xFFFF):x}"
    return rng.choice(
        [
            four,
            str(six),
            six.exploded.upper(),
            short,
            f"::ffff:{four}",
            f"{four}/24",
            f"fe80::{rng.randrange(1, 999):x}:1",
        ]
    )


def mac(rng: random.Random, language: str) -> str:
    """A hardware address in one of its three forms."""
    value = f"a{rng.getrandbits(44):011x}"
    pairs = [value[i : i + 2] for i in range(0, 12, 2)]
    return rng.choice([":".join(pairs), "-".join(pairs).upper(), grouped(value, [4, 4, 4], ".")])


def wallet(rng: random.Random, language: str) -> str:
    """A wallet's address: Bitcoin in Base58Check, or Ethereum."""
    payload = rng.choice([b"\0", b"\5"]) + rng.randbytes(20)
    checked = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(checked, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    zeros = len(checked) - len(checked.lstrip(b"\0"))
    return rng.choice(["1" * zeros + text, f"0x{rng.randbytes(20).hex()}"])


_MONTHS = {
    "en": "January March May July October December", "es": "enero marzo mayo julio octubre diciembre",
    "de": "Januar März Mai Juli Oktober Dezember", "fr": "janvier mars mai juillet octobre décembre",
    "pl": "stycznia marca maja lipca października grudnia", "ru": "января марта мая июля октября декабря",
    "it": "gennaio marzo maggio luglio ottobre dicembre", "nl": "januari maart mei juli oktober december",
    "pt": "janeiro março maio julho outubro dezembro", "sv": "januari mars maj juli oktober december",
    "cs": "ledna března května července října prosince", "tr": "Ocak Mart Mayıs Temmuz Ekim Aralık",
    "uk": "січня березня травня липня жовтня грудня",
}  # fmt: skip
_LONG_DATE = {
    "en": "{d} {m} {y}",
    "es": "{d} de {m} de {y}",
    "pt": "{d} de {m} de {y}",
    "de": "{d}. {m} {y}",
    "cs": "{d}. {m} {y}",
}


def birth_date(rng: random.Random, language: str) -> str:
    """A date as written in the language."""
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1940, 2008)
    name = rng.choice(_MONTHS[language].split())
    return rng.choice(
        [
            f"{day:02}.{month:02}.{year}",
            f"{day}/{month}/{year}",
            f"{year}-{month:02}-{day:02}",
            f"{day:02}-{month:02}-{year}",
            _LONG_DATE.get(language, "{d} {m} {y}").format(d=day, m=name, y=year),
        ]
    )


_PASSPORTS = {
    "en": "nnnnnnnnn", "es": "aaannnnnn", "de": "cnnnnnnnn", "fr": "nnaannnnn", "pl": "aannnnnnn", "ru": "nn nn nnnnnn",
    "it": "aannnnnnn", "nl": "aacccccnn", "pt": "annnnnn", "sv": "nnnnnnnn", "cs": "nnnnnnnn", "tr": "annnnnnnn",
    "uk": "aannnnnn",
}  # fmt: skip


def passport(rng: random.Random, language: str) -> str:
    """A passport number in the country's form."""
    kinds = {"n": "0123456789", "a": "ABCEFGHKLMNPRSTX", "c": "CFGHJKLMNPRTVWXYZ123456789", " ": " "}
    return "".join(rng.choice(kinds[kind]) for kind in _PASSPORTS[language])


MAKERS: dict[str, Callable[[random.Random, str], str]] = {
    "PHONE_NUMBER": phone,
    "CREDIT_CARD": card,
    "IBAN_CODE": iban,
    "EMAIL_ADDRESS": mail,
    "URL": url,
    "IP_ADDRESS": address,
    "MAC_ADDRESS": mac,
    "CRYPTO": wallet,
    "DATE_OF_BIRTH": birth_date,
    "PASSPORT": passport,
}
