"""Who calls the API: an integration with its key, or a person in the browser."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.api_keys import api_key_of
from portal.accounts.models import ApiKey

SCHEME = "Bearer"
CHALLENGE = f'{SCHEME} realm="Probity"'  # with a parameter at least (RFC 6750, section 3)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer prb_…`. The key becomes request.user, which is an Actor."""

    def authenticate(self, request: Request) -> tuple[ApiKey, None] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        key = api_key_of(text.strip())
        if key is None:
            raise AuthenticationFailed("This API key is unknown, expired or revoked.", code="api_key_invalid")
        return key, None

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class BrowserAuthentication(SessionAuthentication):
    """The portal's own session, with CSRF protection."""


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key: `Bearer prb_…`"}


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.BrowserAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
