from django.apps import AppConfig

from assistants.listeners import on_days_left


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Audits"

    def ready(self) -> None:
        from audits import actions, dataset_panels, panels, retention, rules, training_retention  # noqa: F401  (name permissions, ledger actions, page panels)
        from audits.services import erasure, training_erasure  # noqa: F401  (register what is kept of a data subject)
        from audits.services.stale_days import days_mark_stale
        from audits.services.training.withdrawals import restriction_heard
        from consent.listeners import on_restriction

        on_restriction(restriction_heard)
        on_days_left(days_mark_stale)
        retention.register_classes()
        training_retention.register_classes()
