from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = "Consent"

    def ready(self) -> None:
        from consent import actions, readiness, rules  # noqa: F401  (name permissions, ledger actions, conditions)
        from consent.services import hold_traces  # noqa: F401  (registers what is kept of a data subject)
        from consent.services.requests import own_traces  # noqa: F401  (registers what is kept of a data subject)
