"""One request: to a checked address, once, within the deadline, of limited size, past every proxy."""

from __future__ import annotations

import select
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from audits.endpoints import transport
from audits.endpoints.errors import EndpointError, Refused
from audits.endpoints.networks import networks_read
from audits.endpoints.protocols import answer_of, path_read
from audits.endpoints.targets import Target, read_target
from audits.endpoints.transport import Limits, post
from tests.endpoints.listening import http, listening

HERE = networks_read(["127.0.0.0/8"])
OK = http("200 OK", b'{"reply": "Hello."}')


def ask(url_or_target, **more):
    target = read_target(url_or_target) if isinstance(url_or_target, str) else url_or_target
    given = {"headers": {}, "body": b"{}", "limits": Limits(seconds=60), "networks": HERE, **more}
    return post(target, **given)


def test_what_is_sent_is_exactly_this():
    with listening(OK) as place:
        reply = ask(place.url, headers={"X-Api-Key": "s3"}, body=b'{"q": "Where is it?"}')
    assert (reply.status, reply.body) == (200, b'{"reply": "Hello."}')
    head, _, body = place.requests[0].partition(b"\r\n\r\n")
    assert body == b'{"q": "Where is it?"}'
    assert head.split(b"\r\n") == [
        b"POST /chat HTTP/1.1",
        b"Host: 127.0.0.1:%d" % place.port,
        b"Accept: application/json",
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"Content-Type: application/json",
        b"Content-Length: 21",
        b"User-Agent: Probity-probe",
        b"X-Api-Key: s3",
    ]


def test_nothing_is_sent_to_a_private_address_that_is_not_opened():
    with listening(OK) as place:
        for networks in ((), networks_read(["10.0.0.0/8"])):
            with pytest.raises(Refused):
                ask(place.url, networks=networks)
    assert place.requests == []


def test_a_name_that_changes_its_mind_is_asked_once_and_pinned():
    """DNS rebinding: the second look-up would lead elsewhere, and is never made."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return answers[len(asked) - 1]

    with listening(OK) as place:
        target = Target("http", "bot.example.com", place.port, "/")
        assert ask(target, resolve=resolve).status == 200
        assert asked == [("bot.example.com", place.port)]
        assert b"Host: bot.example.com:%d" % place.port in place.requests[0]
        with pytest.raises(Refused):
            ask(target, resolve=resolve, networks=networks_read(["127.0.0.1/32"]))
    assert len(place.requests) == 1


def test_the_next_address_is_tried_where_one_does_not_answer():
    with listening(OK) as place:
        target = Target("http", "bot.example.com", place.port, "/")
        assert ask(target, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"]).status == 200


def test_a_redirect_to_a_private_address_is_not_followed():
    with listening(OK) as inside:
        moved = http("302 Found", b"", f"Location: {inside.url}", "Set-Cookie: a=b")
        with listening(moved) as place:
            reply = ask(place.url)
            with pytest.raises(EndpointError) as caught:
                answer_of(reply, path_read("reply"))
    assert (caught.value.code, caught.value.everyone) == ("redirect", True)
    assert (len(place.requests), inside.requests) == (1, [])


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with listening(http("502 Proxy")) as proxy, listening(OK) as place:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        assert ask(place.url).status == 200
    assert proxy.requests == []


def drip(pause: float, data: bytes):
    """A byte, then a pause, until the client hangs up: it has sent all it will, so it can be read from only then."""

    def answer(connection: socket.socket, request: bytes) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            if select.select([connection], [], [], pause)[0]:
                return

    return answer


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1500, b"HTTP/1.1 200 OK\r\n\r\n" + b"y" * 1500],
    ids=["head", "body"],
)
def test_bytes_that_drip_in_do_not_move_the_deadline(data):
    with listening(drip(0.02, data)) as place:
        began = time.monotonic()
        with pytest.raises(EndpointError) as caught:
            ask(place.url, limits=Limits(seconds=0.3))
    assert (caught.value.code, caught.value.again) == ("timeout", True)
    assert time.monotonic() - began < 15  # all of it takes 30


def test_a_server_that_says_nothing_times_out():
    with (
        listening(lambda connection, request: connection.recv(1) and None) as place,
        pytest.raises(EndpointError) as caught,
    ):
        ask(place.url, limits=Limits(seconds=0.2))
    assert caught.value.code == "timeout"


@pytest.mark.parametrize(
    "data",
    [
        http("200 OK", b"x" * 5000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"5dc\r\n" + b"x" * 1500 + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000,
    ],
    ids=["length", "chunked", "until the end"],
)
def test_larger_answers_are_given_up(data):
    with listening(data) as place, pytest.raises(EndpointError) as caught:
        ask(place.url, limits=Limits(seconds=60, max_bytes=1000))
    assert caught.value.code == "too_large"


def test_packed_answers_are_not_unpacked():
    packed = http("200 OK", b"\x1f\x8b", "Content-Encoding: gzip")
    with listening(packed) as place, pytest.raises(EndpointError) as caught:
        ask(place.url)
    assert caught.value.code == "encoding"


@pytest.mark.parametrize(
    "data", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", b"\x00" * 200_000]
)
def test_what_is_not_http_is_an_error_of_its_own(data):
    with listening(data) as place, pytest.raises(EndpointError) as caught:
        ask(place.url)
    assert (caught.value.code, caught.value.again) == ("protocol", True)


def test_a_closed_port_is_a_network_error():
    with listening(OK) as place:
        url = place.url
    with pytest.raises(EndpointError) as caught:
        ask(url)
    assert (caught.value.code, caught.value.again) == ("network", True)


@pytest.fixture
def certificate(tmp_path):
    """A certificate of bot.example.com that it has signed itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bot.example.com")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "bot.pem"
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def test_tls_is_verified_for_the_name_while_the_address_is_pinned(certificate, monkeypatch):
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)

    def asked(host):
        return ask(Target("https", host, place.port, "/"), resolve=lambda host, port: ["127.0.0.1"])

    with listening(OK, tls=serving) as place:
        with pytest.raises(EndpointError) as nobody_signed:
            asked("bot.example.com")
        monkeypatch.setattr(transport, "_tls", lambda: trusting)
        assert asked("bot.example.com").body == b'{"reply": "Hello."}'
        with pytest.raises(EndpointError) as other_name:
            asked("other.example.com")
    assert (nobody_signed.value.code, other_name.value.code) == ("network", "network")
    assert len(place.requests) == 1
