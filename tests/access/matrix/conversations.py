"""Conversations: what is read, revealed and flagged in them."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import KEYS_NEVER, Line, act, form, page, read, slug_of
from tests.access.matrix.roles import PRIVACY, READERS, REVIEW
from tests.access.scene import Scene


def _flag(scene: Scene) -> list[Any]:
    return [scene.flag.pk]


def _conversation(scene: Scene) -> list[Any]:
    return [scene.conversation.public_id]


def _decide_flag(action: str, roles: frozenset[str], **data: Any) -> Line:
    return form("audits:flag-decide", roles, lambda scene: [scene.flag.pk, action], data, case=action)


def _on_flag(action: str, **data: Any) -> Line:
    return act(f"audits_api:flag-{action}", REVIEW, _flag, data)


PAGES: list[Line] = [
    page("audits:queue", READERS),
    page("audits:flag", READERS, _flag),
    form("audits:flag-prolong", REVIEW, _flag),
    _decide_flag("claim", REVIEW),
    page("audits:conversation", READERS, _conversation),
    form("audits:conversation-flag", READERS - {"auditor"}, _conversation, {"kind": "privacy"}),
    page("audits:conversation-reveal", frozenset({"reviewer", "privacy_officer"}), lambda scene: scene.mask),
    form(
        "audits:conversation-reveal",
        frozenset({"reviewer", "privacy_officer"}),
        lambda scene: scene.mask,
        {"reason": "They ask where the parcel went."},
    ),
    form("audits:conversation-mask", READERS, _conversation),
    page("audits:reveals", frozenset({"privacy_officer", "manager", "auditor"})),
    page("audits:reveals-csv", frozenset({"privacy_officer", "manager", "auditor"})),
    page("audits:transcript-reads", PRIVACY),
]

API: list[Line] = [
    act(
        "assistants_api:conversations",
        frozenset({"administrator"}),
        slug_of,
        scope=Scope.CONVERSATIONS_WRITE,
        body=(b"{}\n", "application/x-ndjson"),
    ),
    read("assistants_api:conversation", READERS, KEYS_NEVER, _conversation),
    read("audits_api:reveals", frozenset({"privacy_officer", "manager", "auditor"}), Scope.AUDITS_READ),
    read("audits_api:flags", READERS, Scope.FLAGS_READ),
    act(
        "audits_api:flags",
        READERS - {"auditor"},
        None,
        lambda scene: {"conversation": str(scene.conversation.public_id), "kind": "wrong", "source": "customer"},
        Scope.FLAGS_WRITE,
        names_ours=True,
    ),
    read("audits_api:flag", READERS, Scope.FLAGS_READ, _flag),
    _on_flag("claim"),
    _on_flag("release"),
    _on_flag("confirm"),
    _on_flag("dismiss", reason="explained", note="It is so."),
    act(
        "audits_api:flag-promote",
        REVIEW,
        _flag,
        lambda scene: {"severity": "high", "check_run": scene.run.pk},
    ),
]
