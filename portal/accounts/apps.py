from django.apps import AppConfig, apps

# What the admin site calls the parts of the login libraries.
_TITLES = {"account": "Sign-in addresses", "axes": "Sign-in attempts and lockouts", "mfa": "Second factors"}


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "People and teams"

    def ready(self) -> None:
        from portal.accounts import rules  # noqa: F401  (names the permissions)
        from portal.accounts.second_factors import SECRETS
        from portal.core.sealed_members import register_sealed_member

        for sealed in SECRETS:
            register_sealed_member(sealed)
        for label, title in _TITLES.items():
            apps.get_app_config(label).verbose_name = title
