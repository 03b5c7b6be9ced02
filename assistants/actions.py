"""What the assistants app writes to the ledger."""

from portal.core.ledger import register_actions

register_actions(
    {
        "assistant.registered": "Assistant registered",
        "assistant.changed": "Assistant changed",
        "assistant.moved": "Assistant moved to another state",
        "release.registered": "Release registered",
        "audited_attribute.declared": "Attribute declared for auditing",
        "data_source.registered": "Data source registered",
        "conversations.received": "Conversations received",
    }
)
