"""One machine, one command: embedded servers and secrets made on the first start."""

from portal import embedded
from portal.settings.base import *
from portal.settings.base import PROBITY_VAR, env
from portal.settings.databases import database_config, redis_urls

PROBITY_ENVIRONMENT = "dev"
DEBUG = env.bool("DEBUG", default=False)
_secrets = embedded.secrets(PROBITY_VAR)

SECRET_KEY = env.str("SECRET_KEY", default=_secrets["SECRET_KEY"])
FIELD_ENCRYPTION_KEY = env.list("FIELD_ENCRYPTION_KEY", default=_secrets["FIELD_ENCRYPTION_KEY"].split(","))
PROBITY_MASTER_KEYS = env.list("PROBITY_MASTER_KEYS", default=_secrets["PROBITY_MASTER_KEYS"].split(","))
PROBITY_INDEX_KEY = env.str("PROBITY_INDEX_KEY", default=_secrets["PROBITY_INDEX_KEY"])
PROBITY_LEDGER_KEY = env.str("PROBITY_LEDGER_KEY", default=_secrets["PROBITY_LEDGER_KEY"])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
DATABASES = {"default": database_config(env, PROBITY_VAR)}
PROBITY_REDIS_URL, CELERY_BROKER_URL = redis_urls(env, PROBITY_VAR)
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
