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
        "dataset.registered": "Training data set registered",
        "dataset.changed": "Training data set changed",
        "dataset.reference_declared": "Reference of a training data set declared",
        "dataset.frozen": "Training data set frozen",
        "dataset.withdrawn": "Training data set withdrawn",
        "dataset.rows_received": "Rows of a training data set received",
        "dataset.selection_started": "Selection of training rows from conversations started",
        "release.trained": "Release trained on a data set",
    }
)
