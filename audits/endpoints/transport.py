"""One request to a checked address within one deadline, and an answer of limited size.

The network layer under httpcore is our own, so that the host is resolved once, each of its addresses is checked, and
the connection goes to a checked address while TLS still asks for the host's name. httpcore follows no redirect, keeps
no cookie, and reads no proxy from the environment.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import certifi
import httpcore
from httpcore import NetworkBackend, NetworkStream, SyncBackend

from audits.endpoints.errors import EndpointError
from audits.endpoints.networks import Network, Resolve, checked_addresses, resolved
from audits.endpoints.targets import Target, place

_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` for the whole exchange, from the name to the last byte; `max_bytes` of the answer's body."""

    seconds: float = 30.0
    max_bytes: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` have lower-case names; of a repeated one, the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


def post(
    target: Target,
    *,
    headers: Mapping[str, str],
    body: bytes,
    limits: Limits,
    networks: Sequence[Network],
    resolve: Resolve = resolved,
) -> Reply:
    """Send a POST. Raises Refused before anything is sent where the address is not allowed, and EndpointError."""
    began = time.monotonic()
    deadline = began + limits.seconds
    backend = _CheckedBackend(target, networks=networks, resolve=resolve, deadline=deadline)
    sent = {
        "Host": target.host if target.port == _standard(target) else place(target.host, target.port),
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "Probity-probe",
        **headers,
    }
    host = f"[{target.host}]" if ":" in target.host else target.host
    url = httpcore.URL(
        scheme=target.scheme.encode(), host=host.encode(), port=target.port, target=target.path.encode("ascii")
    )
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls(), network_backend=backend, max_connections=1, max_keepalive_connections=0
            ) as pool,
            pool.stream(
                "POST",
                url,
                headers=list(sent.items()),
                content=body,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), limits.seconds)},
            ) as response,
        ):
            kept = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Reply(response.status, kept, _body(response, kept, limits), time.monotonic() - began)
    except httpcore.TimeoutException as error:
        raise EndpointError("timeout", "It did not answer in time.", again=True) from error
    except httpcore.NetworkError as error:
        raise EndpointError("network", "The connection could not be made, or broke.", again=True) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise EndpointError("protocol", "It does not speak HTTP as it should.", again=True) from error


def _body(response: httpcore.Response, headers: Mapping[str, str], limits: Limits) -> bytes:
    if headers.get("content-encoding", "identity") not in ("", "identity"):
        raise EndpointError("encoding", "It answers in a packed form that was not asked for.")
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_stream():
        size += len(chunk)
        if size > limits.max_bytes:
            raise EndpointError("too_large", f"Its answer is larger than {limits.max_bytes:,} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def _standard(target: Target) -> int:
    return 443 if target.scheme == "https" else 80


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The system's authorities and Mozilla's; names and certificates are always verified."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _CheckedBackend(NetworkBackend):
    """Connects to checked addresses of one target only."""

    def __init__(self, target: Target, *, networks: Sequence[Network], resolve: Resolve, deadline: float) -> None:
        self._target, self._networks, self._resolve, self._deadline = target, networks, resolve, deadline
        self._sockets = SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        addresses = checked_addresses(self._target, networks=self._networks, resolve=self._resolve)
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, self._target.port, timeout=_left(self._deadline), socket_options=socket_options
                )
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failed = error
            else:
                return _DeadlineStream(stream, self._deadline)
        assert failed is not None  # there was at least one address
        raise failed

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> NetworkStream:
        raise httpcore.UnsupportedProtocol("no sockets of this machine")


class _DeadlineStream(NetworkStream):
    """A stream whose reads and writes all together end by the deadline, however slowly bytes drip in."""

    def __init__(self, stream: NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(min(max_bytes, _CHUNK), timeout=_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        while buffer:  # in pieces, since the layer below starts its clock anew for each
            self._stream.write(buffer[:_CHUNK], timeout=_left(self._deadline))
            buffer = buffer[_CHUNK:]

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        name = server_hostname.strip("[]") if server_hostname else None
        stream = self._stream.start_tls(ssl_context, server_hostname=name, timeout=_left(self._deadline))
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left
