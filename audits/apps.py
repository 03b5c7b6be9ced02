from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Audits"

    def ready(self) -> None:
        from audits import actions, panels, rules  # noqa: F401  (name permissions, ledger actions, page panels)
        from audits.services import erasure  # noqa: F401  (registers what is kept of a data subject)
