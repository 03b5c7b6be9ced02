"""Addresses of computers: IP, MAC, and wallets of crypto currencies."""

import ipaddress
import re

from stdnum import bitcoin

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import continues_word

_HEX = "0-9A-Fa-f"
#: Programs count their versions in four numbers, too.
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|ver|build|firmware|release|driver|app|os|versi[oóò]n?e?n?|vers[aã]o|versjon|versio|versie|versiunea|"
    r"wersj[aią]|verz[eií]+ó?|sürüm[ü]?|верси[яию]|версі[яїю]|έκδοση)\.?|バージョン|版本|버전|الإصدار|إصدار|גרסה|גירסה|संस्करण)"
    r"[ :#]{0,3}\Z",
    re.IGNORECASE,
)
#: A telephone number of eight digits, written in pairs, where that is the custom.
_NORDIC_NUMBER = re.compile(r"[2-9][0-9](?:\.[0-9]{2}){3}")
_NORDIC = frozenset({"da", "nb", "nn", "no"})


#: What an IPv6 address that ends in an IPv4 one has before that.
_GROUPS_BEFORE = re.compile(rf":[{_HEX}]{{0,4}}:\Z")
#: The end of a label and its colon: "IP-Adresse:fe80::1".
_LABEL = re.compile(rf"(?:[^\W\d_]|[ऀ-ॣ])[{_HEX}]{{0,4}}:(?!:)")


def _continues(character: str) -> bool:
    return continues_word(character) or character == "_"


def _judge_ip(candidate: Candidate) -> Hit | None:
    value, end = candidate.value, candidate.end
    while value.endswith((":", ".")) and not value.endswith("::"):
        value, end = value[:-1], end - 1
    text, start = candidate.text, candidate.start
    colon = value.find(":") + 1
    if start and colon and _LABEL.match(text, start - 1):
        value, start = value[colon:], start + colon
    elif start and (_continues(text[start - 1]) or _GROUPS_BEFORE.search(text, max(0, start - 6), start)):
        return None
    if end < len(text) and _continues(text[end]):
        return None
    if "." in value and ":" not in value:
        if start > 1 and text[start - 1] == "." and text[start - 2].isdigit():
            return None
        if end + 1 < len(text) and text[end] == "." and text[end + 1].isdigit():
            return None
        if _NORDIC_NUMBER.fullmatch(value) and (candidate.language or "")[:2].lower() in _NORDIC:
            return None
        if _VERSION_BEFORE.search(text, max(0, start - 16), start):
            return None
    elif sum(c.isalnum() for c in value) < 3 and value != "::1":
        return None
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return None
    network = re.compile(r"/[0-9]{1,3}").match(text, end)
    return candidate.hit(0.9, start=start, end=network.end() if network else end)


_GOES_ON = re.compile(rf"[:\-][{_HEX}]")
_PAIR_BEFORE = re.compile(rf"(?<![^\W_])[{_HEX}]{{0,2}}[:\-]\Z")


def _judge_mac(candidate: Candidate) -> Hit | None:
    text, start = candidate.text, candidate.start
    if (
        not candidate.stands_alone
        or _GOES_ON.match(text, candidate.end)
        or _PAIR_BEFORE.search(text, max(0, start - 4), start)
    ):
        return None
    if len(set(candidate.value) - set(":-.")) == 1:
        return None  # all ones (broadcast) or all noughts: nobody's
    separators = {c for c in candidate.value if not c.isalnum()}
    has_letter = any(c.isalpha() for c in candidate.value)
    if len(separators) != 1 or not (has_letter or ":" in separators or candidate.label == "MAC_ADDRESS"):
        return None
    return candidate.hit(0.9)


def _judge_wallet(candidate: Candidate) -> Hit | None:
    value = candidate.value
    if not candidate.stands_alone:
        return None
    if value[:2].lower() == "0x":
        return candidate.hit(0.8) if len(value) == 42 else None
    return candidate.hit(1.0) if bitcoin.is_valid(value) else None


#: Without it, every 1 and 3 of a longer number would be counted on from, in states of their own.
_FIRST_OF_RUN = "(?:^|[^A-Za-z0-9])"
_PAIR = f"[{_HEX}]{{2}}"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|0?[1-9]?[0-9])"

IP_ADDRESS = Detector(
    type="IP_ADDRESS",
    triggers=(
        ANY_SHAPE,
        rf"[0-9]\.[0-9]{{1,3}}\.[0-9]{{1,3}}\.[0-9]|:[{_HEX}]{{0,4}}:[{_HEX}:]",
    ),
    pattern=(
        rf"[{_HEX}]{{0,4}}:[{_HEX}:]*:{_OCTET}(?:\.{_OCTET}){{3}}|[{_HEX}]{{0,4}}:[{_HEX}]{{0,4}}:[{_HEX}:]*"
        rf"|[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}"
    ),
    judge=_judge_ip,
    explanation="a well-formed IPv4 or IPv6 address",
    context={"en": ("ip address", "ip", "ipv4", "ipv6"), "ru": ("айпи",)},
    version=2,
    rank=85,
)

MAC_ADDRESS = Detector(
    type="MAC_ADDRESS",
    triggers=(
        ANY_SHAPE,
        rf"[:\-][{_HEX}]{{2}}[:\-][{_HEX}]{{2}}[:\-]|\.[{_HEX}]{{4}}\.",
    ),
    pattern=rf"{_FIRST_OF_RUN}({_PAIR}(?::{_PAIR}){{5}}|{_PAIR}(?:-{_PAIR}){{5}}|{_PAIR}{_PAIR}(?:\.{_PAIR}{_PAIR}){{2}})",
    judge=_judge_mac,
    explanation="six pairs or three quadruples of hexadecimal digits",
    context={"en": ("mac address", "mac", "hardware address")},
    rank=88,
)

CRYPTO = Detector(
    type="CRYPTO",
    triggers=(
        ANY_SHAPE,
        rf"{_FIRST_OF_RUN}[13][A-Za-z0-9]{{25}}|(?i:bc1)[a-zA-Z0-9]{{11}}|0[xX][0-9A-Fa-f]{{6}}",
    ),
    pattern=r"bc1[a-z0-9]{11,87}|BC1[A-Z0-9]{11,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0[xX][0-9A-Fa-f]{40,}",
    judge=_judge_wallet,
    explanation="a wallet address: Base58Check or Bech32 checksum, or 20 bytes after 0x",
    context={"en": ("bitcoin", "btc", "wallet", "ethereum", "eth", "crypto")},
    rank=88,
)
