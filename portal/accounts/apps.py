from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "People and teams"

    def ready(self) -> None:
        from portal.accounts import rules  # noqa: F401  (names the permissions)
