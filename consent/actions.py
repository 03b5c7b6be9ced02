"""What the consent app writes to the ledger."""

from portal.core.ledger import register_actions

register_actions(
    {
        "consent.recorded": "Consent events recorded",
        "consent.source_conflict": "A consent source sent other content under a known id",
        "consent.looked_up": "Data subject looked up",
        "hold.placed": "Legal hold placed",
        "hold.released": "Legal hold released",
        "retention.rule_drafted": "Retention rule drafted",
        "retention.rule_activated": "Retention rule in force",
        "retention.rule_retired": "Retention rule retired",
        "retention.disposed": "Data disposed of under a retention rule",
        "retention.run_finished": "Retention run finished",
        "notice.published": "Privacy notice published",
        "subjects.merge_proposed": "Merge of data subjects proposed",
        "subjects.merge_confirmed": "Merge of data subjects confirmed",
        "subjects.unmerged": "Merge of data subjects taken back",
        "subject.age_noted": "Age of a data subject noted",
        "restriction.imposed": "Processing restricted",
        "restriction.lifted": "Restriction of processing lifted",
        "purpose.created": "Purpose registered",
        "purpose.changed": "Purpose changed",
    }
)
