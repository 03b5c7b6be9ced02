from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Audits"

    def ready(self) -> None:
        from audits import actions, rules  # noqa: F401, PLC0415  (name the permissions and ledger actions)
