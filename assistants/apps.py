from django.apps import AppConfig


class AssistantsConfig(AppConfig):
    name = "assistants"
    verbose_name = "Assistants"

    def ready(self) -> None:
        from assistants import actions, rules  # noqa: F401  (name the permissions and ledger actions)
        from assistants.queries.held import HELD
        from assistants.retention import register_classes
        from assistants.services import correction, dataset_erasure, erasure  # noqa: F401  (register themselves)
        from consent.holds import register_assistants

        register_assistants(HELD)
        register_classes()
