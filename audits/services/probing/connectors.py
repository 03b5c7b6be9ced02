"""Connectors: written down, changed, tried with one harmless question, switched off.

A secret goes in and never comes out: it is kept encrypted, sent to the address that it was given for, and has to be
given anew where that address changes, so that nobody can send it elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant
from audits.endpoints.errors import EndpointError
from audits.endpoints.protocols import header_check, path_read, template_read
from audits.endpoints.secret_places import SECRET_MARK, key_in_template, key_in_text, key_in_url, marks_plain
from audits.endpoints.targets import read_target
from audits.models import ProbeConnector
from audits.probe_states import ConnectorKind
from audits.programmes import config_hash
from audits.services.probing.asking import connector_ask, connector_config, target_of
from audits.services.probing.budgets import slot_take
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, Invalid, NotFound, TooMany

HARMLESS = "Hello! What are your opening hours?"
SHOWN = 1000
TEXTS = ("name", "kind", "url", "model", "instructions", "body_template", "answer_path", "secret_header")
LIMITS: Mapping[str, tuple[int, int]] = {
    "requests_per_minute": (1, 6000),
    "at_a_time": (1, 8),
    "timeout_seconds": (1, 120),
    "max_answer_kb": (1, 4096),
    "max_tokens": (0, 16_000),
    "run_requests": (1, 1_000_000),
    "month_requests": (1, 10_000_000),
    "month_characters": (1, 10_000_000_000),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one harmless question. `said` is the answer's beginning, or what went wrong."""

    worked: bool
    said: str
    seconds: float | None = None
    tokens: int | None = None


@transaction.atomic
def connector_save(
    *, assistant_id: int, values: Mapping[str, Any], secret: str | None, actor: Actor, connector_id: int | None = None
) -> ProbeConnector:
    """Write a connector down, or change it. `values` has every field of TEXTS and LIMITS.

    `secret` None keeps the one there is; an empty one takes it away. Raises NotFound, Denied without
    `probes.connector_change` (SYSTEM needs none), and Invalid that names the field: a host that is not listed, a
    template without a place for the prompt, a key written in clear, a changed address with the secret of the old
    one. A secret with a place in the address or the body goes into no header that is not named. Writes
    `connector.created` or `connector.changed` with a hash of what decides the answers, never the secret.
    """
    assistant = Assistant.objects.select_for_update(no_key=True).filter(pk=assistant_id).first()
    if assistant is None:
        raise NotFound("There is no such item.")
    if actor is not SYSTEM:
        require(actor, "probes.connector_change", assistant)
    if connector_id is None:
        connector = ProbeConnector(assistant=assistant)
    else:
        connector = _locked(connector_id, assistant=assistant)
    checked = connector_validated(values)
    moved = (
        connector.pk is not None
        and checked["url"] != connector.url
        and _origin(connector.url) != _origin(checked["url"])
    )
    if moved and connector.secret and secret is None:
        raise Invalid("The address changes, so the secret has to be given anew.", field="secret")
    kept = str(connector.secret) if secret is None else secret
    placed = any(SECRET_MARK in checked[name] for name in ("url", "body_template"))
    if placed and not kept:
        raise Invalid(f"{SECRET_MARK} is to be filled with the secret: give one.", field="secret")
    header = checked["secret_header"] or ("Authorization" if kept and not placed else "")
    try:
        header_check(header or "Authorization", kept)
    except ValueError as error:
        raise Invalid(str(error), field="secret") from error
    others = ProbeConnector.objects.filter(assistant=assistant, name=checked["name"]).exclude(pk=connector.pk)
    if others.exists():
        raise Invalid("Another connector of this assistant has this name.", field="name")
    for field, value in {**checked, "secret": kept}.items():
        setattr(connector, field, value)
    connector.secret_header = header
    connector.changed_by, connector.changed_at = actor if isinstance(actor, User) else None, timezone.now()
    created = connector.pk is None
    connector.save()
    data = {
        "config": config_hash(connector_config(connector)),
        "secret": "given" if secret else "kept" if kept else "none",
    }
    _record(connector, "connector.created" if created else "connector.changed", actor, **data, **_budget(connector))
    return connector


def connector_validated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. Raises Invalid that names the field."""
    texts = {name: str(values[name] or "").strip() for name in TEXTS}
    if not texts["name"] or len(texts["name"]) > 80:
        raise Invalid("Give it a name of at most 80 characters.", field="name")
    if texts["kind"] not in ConnectorKind.values:
        raise Invalid("There is no such kind of endpoint.", field="kind")
    for name, most in (("model", 120), ("instructions", 20_000), ("body_template", 20_000), ("answer_path", 200)):
        if len(texts[name]) > most:
            raise Invalid(f"At most {most:,} characters.", field=name)
    texts.update({name: marks_plain(texts[name]) for name in ("url", "body_template")})
    try:
        target_of(texts["url"])
    except EndpointError as error:
        raise Invalid(error.message, field="url") from error
    _require_no_key(key_in_url(texts["url"]), "url")
    for name in ("name", "model"):
        _require_no_key("this" if key_in_text(texts[name]) else None, name)
    if texts["kind"] == ConnectorKind.JSON:
        for name, read in (("body_template", template_read), ("answer_path", path_read)):
            try:
                read(texts[name])
            except ValueError as error:
                raise Invalid(str(error), field=name) from error
        _require_no_key(key_in_template(template_read(texts["body_template"])), "body_template")
    else:
        texts["body_template"] = texts["answer_path"] = ""
    try:
        header_check(texts["secret_header"] or "Authorization", "")
    except ValueError as error:
        raise Invalid(str(error), field="secret_header") from error
    numbers = {name: int(values[name]) for name in LIMITS}
    for name, (least, most) in LIMITS.items():
        if not least <= numbers[name] <= most:
            raise Invalid(f"Between {least:,} and {most:,}.", field=name)
    return {**texts, **numbers}


def connector_try(*, connector_id: int, actor: User) -> Trial:
    """Ask one harmless question now. It counts against the month's budget and the rate.

    Raises NotFound, Denied, Conflict where the connector is off or the month's budget is used up, and TooMany where
    the rate does not allow it yet. Writes `connector.tried` without the answer.
    """
    with transaction.atomic():
        connector = _locked(connector_id)
        require(actor, "probes.connector_change", connector)
        if not connector.active:
            raise Conflict("The connector is switched off.", code="connector_off")
        slot = slot_take(connector, characters=len(HARMLESS))
        if slot.spent:
            raise Conflict(slot.spent, code="budget_spent")
        if slot.wait:
            raise TooMany("Its rate allows the next question in a moment.", retry_after=int(slot.wait) + 1)
    try:
        answer = connector_ask(connector, HARMLESS)
    except EndpointError as error:
        trial = Trial(worked=False, said=error.message)
    else:
        trial = Trial(worked=True, said=answer.text[:SHOWN], seconds=answer.seconds, tokens=answer.tokens)
    with transaction.atomic():
        connector = _locked(connector_id)
        connector.tried_at = timezone.now()
        connector.tried_said = connector.ANSWERED if trial.worked else trial.said[:200]
        if trial.worked:
            connector.used_characters += len(answer.text)
        connector.save(update_fields=["tried_at", "tried_said", "used_characters"])
        _record(connector, "connector.tried", actor, worked=trial.worked)
    return trial


@transaction.atomic
def connector_switch(*, connector_id: int, active: bool, actor: User) -> ProbeConnector:
    """Switch a connector off, which ends its runs at their next question, or on again. The row stays on record.

    Raises NotFound, Denied, and Invalid where its host is not listed any more. Writes `connector.switched`.
    """
    connector = _locked(connector_id)
    require(actor, "probes.connector_change", connector)
    if active:
        try:
            target_of(connector.url)
        except EndpointError as error:
            raise Invalid(error.message, field="url") from error
    connector.active, connector.changed_by, connector.changed_at = active, actor, timezone.now()
    connector.save(update_fields=["active", "changed_by", "changed_at"])
    _record(connector, "connector.switched", actor, active=active)
    return connector


def _locked(connector_id: int, *, assistant: Assistant | None = None) -> ProbeConnector:
    found = ProbeConnector.objects.select_for_update(of=("self",)).select_related("assistant").filter(pk=connector_id)
    connector = found.first()
    if connector is None or (assistant is not None and connector.assistant_id != assistant.pk):
        raise NotFound("There is no such item.")
    return connector


def _require_no_key(where: str | None, field: str) -> None:
    """Raise Invalid, without the key itself, where a field that readers see seems to hold one."""
    if where is not None:
        advice = f"Write {SECRET_MARK} in its place and give it as the secret, which is kept encrypted."
        if field in ("name", "model"):
            advice = "Give it as the secret, which is kept encrypted."
        raise Invalid(f"A key seems to stand in clear in {where}. {advice}", field=field)


def _origin(url: str) -> tuple[str, str]:
    target = read_target(url)
    return target.scheme, target.place


def _budget(connector: ProbeConnector) -> dict[str, int]:
    return {name: getattr(connector, name) for name in LIMITS}


def _record(connector: ProbeConnector, action: str, actor: Actor, **data: Any) -> None:
    team_id = connector.assistant.team_id
    ledger.append(
        action=action, actor=actor, obj=connector, team_id=team_id, data={"assistant": connector.assistant_id, **data}
    )
