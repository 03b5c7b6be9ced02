"""Real PostgreSQL, real broker, fixed keys: only what makes a test repeatable differs."""

from portal.settings.base import *
from portal.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, PROBITY_VAR, STATIC_ROOT, env
from portal.settings.databases import database_config, redis_urls

PROBITY_ENVIRONMENT = "test"
SECRET_KEY = "test-only-" + "0123456789abcdef" * 4
FIELD_ENCRYPTION_KEY = ["Zm9yLXRlc3RzLW9ubHktZm9yLXRlc3RzLW9ubHktMDE="]
PROBITY_MASTER_KEYS = ["t1:dGVzdC1tYXN0ZXIta2V5LXRlc3QtbWFzdGVyLWtleTE="]
PROBITY_INDEX_KEY = "dGVzdC1pbmRleC1rZXktdGVzdC1pbmRleC1rZXktMDE="
PROBITY_LEDGER_KEY = "dGVzdC1sZWRnZXIta2V5LXRlc3QtbGVkZ2VyLWtleTE="

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": database_config(env, PROBITY_VAR)}
PROBITY_REDIS_URL, CELERY_BROKER_URL = redis_urls(env, PROBITY_VAR)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed only; never outside tests
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
# Parallel test processes share one broker but no database: each reads its own messages only.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "global_keyprefix": f"test-{env.str('PYTEST_XDIST_WORKER', default='main')}:",
}
# Tests ask as fast as they can.
PROBITY_USER_REQUESTS_PER_MINUTE = PROBITY_KEY_REQUESTS_PER_MINUTE = 0
