from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Audits"

    def ready(self) -> None:
        from audits import actions, panels, rules  # noqa: F401  (name permissions, ledger actions, page panels)
