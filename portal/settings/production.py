"""Nothing has a default that would be unsafe: what is missing stops the start with the name of the variable."""

from portal.settings.base import *
from portal.settings.base import PROBITY_VAR, env
from portal.settings.databases import database_config, redis_urls

PROBITY_ENVIRONMENT = "production"
DEBUG = env.bool("DEBUG", default=False)  # a system check refuses True here

SECRET_KEY = env.str("SECRET_KEY")
FIELD_ENCRYPTION_KEY = env.list("FIELD_ENCRYPTION_KEY")
PROBITY_MASTER_KEYS = env.list("PROBITY_MASTER_KEYS")
PROBITY_INDEX_KEY = env.str("PROBITY_INDEX_KEY")
PROBITY_LEDGER_KEY = env.str("PROBITY_LEDGER_KEY")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
env.str("DATABASE_URL")
env.str("REDIS_URL")
DATABASES = {"default": database_config(env, PROBITY_VAR)}
PROBITY_REDIS_URL, CELERY_BROKER_URL = redis_urls(env, PROBITY_VAR)

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
EMAIL_CONFIG = env.email("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
