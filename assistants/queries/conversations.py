"""Conversations as an actor may see them."""

from __future__ import annotations

import uuid

from assistants.models import Conversation
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import NotFound


def conversation_for(actor: Actor, public_id: uuid.UUID) -> Conversation:
    """One conversation with what opening its transcript takes. Raises NotFound and Denied."""
    conversation = (
        Conversation.objects.select_related("assistant__team", "release", "subject__data_key")
        .filter(public_id=public_id)
        .first()
    )
    if conversation is None:
        raise NotFound("There is no such item.")
    require(actor, "conversations.view", conversation)
    return conversation
