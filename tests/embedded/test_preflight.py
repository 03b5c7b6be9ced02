import socket

import pytest

from portal.embedded.places import Places
from portal.run.preflight import Address, StartError, check_address, sole_instance


def refusal_of(address: Address) -> str:
    with pytest.raises(StartError) as refusal:
        check_address(address)
    return str(refusal.value)


def test_address_comes_from_the_environment():
    assert Address.from_environment({}) == Address(host="127.0.0.1", port=8000)
    assert Address.from_environment({"HOST": "::1", "PORT": "81"}) == Address(host="::1", port=81)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "80.5"])
def test_port_that_is_none_gives_one_sentence(port):
    with pytest.raises(StartError) as refusal:
        Address.from_environment({"PORT": port})
    assert str(refusal.value) == f"PORT must be a number from 1 to 65535, not {port!r}."


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "0.0.0.0:8000", "http://127.0.0.1:8000/"),
        ("::", "[::]:8000", "http://[::1]:8000/"),
        ("localhost", "localhost:8000", "http://localhost:8000/"),
    ],
)
def test_address_is_written_as_servers_and_browsers_need_it(host, bind, url):
    address = Address(host=host, port=8000)
    assert (address.bind, address.url) == (bind, url)


def test_taken_port_gives_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refusal_of(Address(host="127.0.0.1", port=port)) == (
            f"Port {port} is taken by another program: choose another, as in `make run PORT={port + 1}`."
        )
    check_address(Address(host="127.0.0.1", port=port))


def test_address_of_another_machine_gives_one_sentence():
    assert refusal_of(Address(host="192.0.2.1", port=8000)) == (
        "Cannot listen on 192.0.2.1:8000: Cannot assign requested address."
    )
    assert refusal_of(Address(host="no such host", port=8000)) == ("HOST 'no such host' is no address of this machine.")


def test_second_instance_on_one_state_directory_gives_one_sentence(var):
    Places.of(var).make()
    with sole_instance(var):
        holder = (var / "lock" / "portal.lock").read_text()
        with pytest.raises(StartError) as refusal, sole_instance(var):
            pass
    assert str(refusal.value) == (
        f"Probity already runs on {var} (process {holder}): stop it first, or set PROBITY_VAR to another directory."
    )
    with sole_instance(var):
        assert (var / "lock" / "portal.lock").read_text() == holder
