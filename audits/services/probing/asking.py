"""One question to a connector's endpoint, by what the connector and the operator allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec
from django.conf import settings

from audits.endpoints.errors import EndpointError, Refused
from audits.endpoints.networks import networks_read
from audits.endpoints.protocols import (
    OPENAI_ANSWER,
    ChatAnswer,
    answer_of,
    openai_body,
    path_read,
    template_body,
    template_read,
)
from audits.endpoints.secret_places import HIDDEN
from audits.endpoints.targets import Target, read_target, require_listed
from audits.endpoints.transport import Limits, post
from audits.models import ProbeConnector
from audits.probe_states import ConnectorKind
from audits.programmes import config_hash

__all__ = ["EndpointError", "connector_ask", "connector_config", "target_of"]
_SHORTEST_SECRET = 8


def target_of(url: str, *, secret: str = "") -> Target:
    """The address with the secret in its place, where this installation lists its host. Raises Refused."""
    target = read_target(url, secret=secret)
    require_listed(target, settings.PROBITY_PROBE_HOSTS)
    return target


def connector_ask(connector: ProbeConnector, prompt: str, *, instructions: str = "") -> ChatAnswer:
    """Ask once and return the answer, without the secret where an endpoint repeats what it was sent.

    Raises EndpointError, whose texts hold nothing of what was sent or answered.

    `instructions` are those to a judge: they go in as the system message, at temperature 0, or in front of the prompt
    where a template has one place for both.
    """
    target = target_of(connector.url, secret=str(connector.secret))
    try:
        networks = networks_read(settings.PROBITY_PROBE_NETWORKS)
    except ValueError as error:
        raise Refused("PROBITY_PROBE_NETWORKS cannot be read.") from error
    body, path = _body(connector, prompt, instructions), connector.answer_path
    reply = post(
        target,
        headers=_headers(connector),
        body=msgspec.json.encode(body),
        limits=Limits(seconds=connector.timeout_seconds, max_bytes=connector.max_answer_kb * 1024),
        networks=networks,
    )
    answer = answer_of(reply, path_read(OPENAI_ANSWER if connector.kind == ConnectorKind.OPENAI else path))
    return replace(answer, text=_without(str(connector.secret), answer.text))


def connector_config(connector: ProbeConnector) -> dict[str, Any]:
    """What of a connector decides the answers, to be frozen in a run. Instructions go in as their hash alone."""
    return {
        "kind": connector.kind,
        "url": connector.url,
        "model": connector.model,
        "max_tokens": connector.max_tokens,
        "template": config_hash({"template": connector.body_template, "path": connector.answer_path}),
        "instructions": config_hash({"instructions": str(connector.instructions)}),
    }


def _body(connector: ProbeConnector, prompt: str, instructions: str) -> Any:
    if connector.kind == ConnectorKind.OPENAI:
        return openai_body(
            prompt,
            model=connector.model,
            instructions=instructions or str(connector.instructions),
            max_tokens=connector.max_tokens,
            temperature=0 if instructions else None,
        )
    if instructions:
        prompt = f"{instructions}\n\n{prompt}"
    return template_body(template_read(connector.body_template), prompt, secret=str(connector.secret))


def _without(secret: str, text: str) -> str:
    """The text without the secret, as it is or percent-encoded; a very short one may be a word of any answer."""
    if len(secret) >= _SHORTEST_SECRET:
        for form in (secret, quote(secret, safe="")):
            text = text.replace(form, HIDDEN)
    return text


def _headers(connector: ProbeConnector) -> Mapping[str, str]:
    secret = str(connector.secret)
    if not secret or not connector.secret_header:
        return {}
    bearer = connector.secret_header.lower() == "authorization" and " " not in secret
    return {connector.secret_header: f"Bearer {secret}" if bearer else secret}
