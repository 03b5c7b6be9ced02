"""Sign-up is closed: an administrator creates accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts come from administrators only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
