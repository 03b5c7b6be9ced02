from django.apps import AppConfig

from portal.core.form_messages import repeat_no_choice

repeat_no_choice()  # not in ready(): the admin site has loaded forms by then


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Ledger, keys and jobs"

    def ready(self) -> None:
        from portal import celery  # noqa: F401  (shared tasks belong to this application, in every process)
        from portal.core import checks, schema  # noqa: F401  (checks: registers the system checks)

        schema.remember()
        schema.connect()
