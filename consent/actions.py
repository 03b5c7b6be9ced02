"""What the consent app writes to the ledger."""

from portal.core.ledger import register_actions

register_actions(
    {
        "consent.recorded": "Consent events recorded",
        "consent.source_conflict": "A consent source sent other content under a known id",
        "consent.looked_up": "Data subject looked up",
        "hold.placed": "Legal hold placed",
        "hold.released": "Legal hold released",
        "notice.published": "Privacy notice published",
        "purpose.created": "Purpose registered",
        "purpose.changed": "Purpose changed",
    }
)
