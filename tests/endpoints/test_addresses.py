"""Which addresses may be asked: every known trick of server-side request forgery is refused before anything is sent."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.endpoints.errors import EndpointError, Refused
from audits.endpoints.networks import checked_addresses, networks_read, refusal
from audits.endpoints.targets import Target, read_target, require_listed

PUBLIC = "93.184.215.14"
TARGET = Target("https", "bot.example.com", 443, "/v1")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://bot.example.com", Target("https", "bot.example.com", 443, "/")),
        ("https://Bot.Example.com:8443/v1/chat?x=1%20a", Target("https", "bot.example.com", 8443, "/v1/chat?x=1%20a")),
        ("http://127.0.0.1:8001/v1", Target("http", "127.0.0.1", 8001, "/v1")),
        ("https://[2606:2800:220:1::1]/v1", Target("https", "2606:2800:220:1::1", 443, "/v1")),
    ],
)
def test_plain_addresses_are_read(url, target):
    assert read_target(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bot.example.com",
        "//bot.example.com/",
        "ftp://bot.example.com/",
        "file:///etc/passwd",
        "gopher://bot.example.com:70/_x",
        "https:/bot.example.com",
        "https://",
        "https:///v1",
        "https://user@bot.example.com/",
        "https://user:pass@bot.example.com/",
        "https://bot.example.com@evil.example/",
        "https://bot.example.com\\@evil.example/",
        "https://bot.example.com#@evil.example/",
        "https://bot.example.com/#x",
        "https://bot.example.com /",
        "https://bot.example.com/a b",
        "https://bot.example.com/a\r\nX: y",
        "https://bot.example.com/\t",
        "https://bot.example.com:0/",
        "https://bot.example.com:/",
        "https://bot.example.com:99999/",
        "https://bot.example.com:8o/",
        "https://bot.example.com./",
        "https://.example.com/",
        "https://bot..example.com/",
        "https://-bot.example.com/",
        "https://bot_%2e.example.com/",
        "https://bücher.example/",
        "https://ⓑot.example.com/",
        "https://127。0。0。1/",
        "http://2130706433/",  # 127.0.0.1 as one number
        "http://0x7f000001/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.0.0.1.2/",
        "http://127.0.0.01/",
        "http://127.0.0.256/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://[127.0.0.1]/",
        "http://[v1.fe]/",
        "https://[::1]x/",
        f"https://bot.example.com/{'a' * 500}",
        "https://" + "a" * 64 + ".example.com/",
    ],
)
def test_every_other_form_is_refused(url):
    with pytest.raises(Refused):
        read_target(url)


@given(st.text(max_size=80))
def test_reading_never_breaks_and_what_is_read_reads_the_same_again(text):
    for url in (text, f"https://{text}", f"https://bot.example.com/{text}"):
        try:
            target = read_target(url)
        except Refused:
            continue
        host = f"[{target.host}]" if ":" in target.host else target.host
        assert read_target(f"{target.scheme}://{host}:{target.port}{target.path}") == target


@pytest.mark.parametrize(
    ("url", "hosts", "listed"),
    [
        ("https://bot.example.com/", ["bot.example.com"], True),
        ("https://bot.example.com:8443/", ["bot.example.com"], False),
        ("https://bot.example.com:8443/", ["BOT.example.com:8443 "], True),
        ("http://bot.example.com/", ["bot.example.com"], False),
        ("http://bot.example.com/", ["bot.example.com:80"], True),
        ("https://xbot.example.com/", ["bot.example.com"], False),
        ("https://bot.example.com.evil.example/", ["bot.example.com"], False),
        ("https://bot.example.com/", ["*.example.com"], False),
        ("https://bot.example.com/", [], False),
        ("https://[::1]:8001/", ["[::1]:8001"], True),
    ],
)
def test_only_listed_hosts_with_their_port(url, hosts, listed):
    if listed:
        require_listed(read_target(url), hosts)
    else:
        with pytest.raises(Refused, match="PROBITY_PROBE_HOSTS"):
            require_listed(read_target(url), hosts)


FORBIDDEN = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "169.254.1.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "169.254.169.254", "169.254.170.2",
    "100.100.100.200", "192.0.0.192", "168.63.129.16",
    "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12:3456::1", "fd00:ec2::254", "fd20:ce::254", "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_private_and_reserved_addresses_are_refused(address):
    assert refusal(ip_address(address), ())
    with pytest.raises(Refused):
        checked_addresses(TARGET, networks=(), resolve=lambda host, port: [address])


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address):
    assert refusal(ip_address(address), ()) == ""


@given(st.integers(0, 2**32 - 1))
def test_an_address_inside_another_is_judged_like_itself(number):
    plain = IPv4Address(number)
    refused = bool(refusal(plain, ()))
    assert bool(refusal(IPv6Address(f"::ffff:{plain}"), ())) == refused
    if refused:
        for inside in (int(IPv6Address("64:ff9b::")) + number, int(IPv6Address("2002::")) + (number << 80)):
            assert refusal(IPv6Address(inside), ())


def test_operator_opens_networks_and_never_metadata():
    networks = networks_read(["127.0.0.0/8", " 10.1.0.0/16", "", "::/0", "0.0.0.0/0"])
    for address in ("127.0.0.1", "10.1.2.3", "::1", "::ffff:10.1.2.3"):
        assert refusal(ip_address(address), networks) == ""
    metadata = ("169.254.169.254", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254")
    for address in (*metadata, "169.254.7.7", "fe80::1", "0.0.0.0"):
        assert refusal(ip_address(address), networks)
    assert refusal(ip_address("10.2.0.1"), (ip_network("10.1.0.0/16"),))
    with pytest.raises(ValueError, match="99"):
        networks_read(["10.1.0.0/99"])


def test_one_bad_address_among_good_ones_refuses_the_name():
    with pytest.raises(Refused, match="private"):
        checked_addresses(TARGET, networks=(), resolve=lambda host, port: [PUBLIC, "10.0.0.1"])


def test_without_tls_only_opened_networks_are_asked():
    plain = Target("http", "bot.example.com", 80, "/")
    with pytest.raises(Refused, match="https"):
        checked_addresses(plain, networks=networks_read(["10.0.0.0/8"]), resolve=lambda host, port: [PUBLIC])
    found = checked_addresses(plain, networks=networks_read(["10.0.0.0/8"]), resolve=lambda host, port: ["10.3.2.1"])
    assert found == ["10.3.2.1"]


def test_a_name_without_addresses_may_be_asked_again_later():
    def unknown(host, port):
        raise OSError("no such host")

    for resolve in (unknown, lambda host, port: []):
        with pytest.raises(EndpointError) as caught:
            checked_addresses(TARGET, networks=(), resolve=resolve)
        assert (caught.value.code, caught.value.again) == ("name", True)
    with pytest.raises(Refused):
        checked_addresses(TARGET, networks=(), resolve=lambda host, port: ["fe80::1%eth0"])
