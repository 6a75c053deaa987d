"""Settings of the control plane, from environment variables."""

from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from portal import databases, environment, logs
from portal.environment import DATA_DIR, DEBUG, DEMO, HTTPS, ROOT, env

django_stubs_ext.monkeypatch()

SITEWRIGHT_DEMO = DEMO
SITEWRIGHT_DATA_DIR = DATA_DIR
SECRET_KEY = environment.secret_key()
SIGNING_KEY_FILE = Path(env.str("SIGNING_KEY_FILE", default=str(DATA_DIR / "signing_key")))
SITEWRIGHT_SECRET_KEYS = environment.secret_value_keys()
LANGUAGE_LIMITS = environment.LANGUAGE_LIMITS
WEBHOOK_ALLOWED = env.list("SITEWRIGHT_WEBHOOK_ALLOWED", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK if DEMO or DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "rbac",
    "orchestration",
    "portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "rest_framework",
]

MIDDLEWARE = [
    "portal.web.request_log.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.web.requests.who_asks",
    "portal.web.locking.idle_lock",
    "axes.middleware.AxesMiddleware",
    "portal.web.errors.SayWhy",
]

ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
DATABASES = databases.databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "rbac.User"
RBAC_NODE_MODEL = "orchestration.Node"
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # rbac asks the rows itself, by path; no backend

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.shell.shell",
            ],
        },
    },
]

# People sign in

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "portal.web.demo_guard.DemoPasswordGuard",
    "portal.web.single_sign_on.SignOnBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
API_TOKEN_MOST_DAYS = env.int("SITEWRIGHT_TOKEN_DAYS", default=366)
ANONYMOUS_USER_NAME = None  # guardian's stand-in user: rights of strangers are no rights
AXES_FAILURE_LIMIT = env.int("SITEWRIGHT_WRONG_PASSWORDS", default=10)
AXES_COOLOFF_TIME = env.int("SITEWRIGHT_BLOCKED_MINUTES", default=15) / 60  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "portal.api.unhandled.locked_out"
SINGLE_SIGN_ON = environment.single_sign_on()
SOCIALACCOUNT_ADAPTER = "portal.web.single_sign_on.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"  # mail addresses open nothing here
LOCAL_ACCOUNTS = env.bool("SITEWRIGHT_LOCAL_ACCOUNTS", default=True)
if LOCAL_ACCOUNTS:
    AUTHENTICATION_BACKENDS.append("django.contrib.auth.backends.ModelBackend")
LOCK_SHARED_MINUTES = env.float("SITEWRIGHT_LOCK_SHARED_MINUTES", default=5)
LOCK_MINUTES = env.float("SITEWRIGHT_LOCK_MINUTES", default=0)
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds; a link that an administrator hands over

# Browsers

SESSION_COOKIE_AGE = 12 * 3600  # one shift and its handover
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # probes come from inside
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # as much as REST takes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a grid of values: fifty lines with all their settings
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its arrows and ticks as data
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Files

STATIC_URL = "static/"
STATICFILES_DIRS = [
    ROOT / "static",
    # By file, not by import: the package's own loader needs a setuptools of yesterday.
    ("bootstrap", distribution("XStatic-Bootstrap").locate_file("xstatic/pkg/bootstrap/data")),
]
if DEMO or DEBUG:
    STATIC_ROOT = None  # served from where they lie
    WHITENOISE_USE_FINDERS = True
    STATIC_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
else:
    STATIC_ROOT = ROOT / "staticfiles"
    STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}
MEDIA_ROOT = DATA_DIR / "media"

# Sockets and workers; everything else of Celery is in portal.celery

REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [
                    # Hints are sent after a commit: a broker that hangs must not hold the answer.
                    {"address": REDIS_URL, "socket_timeout": 3, "socket_connect_timeout": 3}
                ]
            },
        }
        if REDIS_URL
        else {"BACKEND": "portal.channel_layer.ThreadSafeLayer"}
    )
}

# Logs

LOGGING = logs.config(readable=DEMO or DEBUG, level=env.str("LOG_LEVEL", default="INFO"))

# Words and clocks

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # those with words of our own; half a page helps nobody
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# REST

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.handler",
    "DEFAULT_VERSIONING_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sitewright",
    "DESCRIPTION": "Configure, publish and deploy workloads to production lines.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.schema.add_problems",
        "portal.api.schema.add_files",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AgentState": "portal.api.enums.AGENT_STATES",
        "DeploymentState": "portal.api.enums.DEPLOYMENT_STATES",
        "InstanceState": "portal.api.enums.INSTANCE_STATES",
        "OperationState": "portal.api.enums.OPERATION_STATES",
        "PublicationState": "portal.api.enums.PUBLICATION_STATES",
        "DeliveryState": "portal.api.enums.DELIVERY_STATES",
        "RolloutState": "portal.api.enums.ROLLOUT_STATES",
        "ValidationState": "portal.api.enums.VALIDATION_STATES",
        "NodeKind": "orchestration.models.Node.Kind",
        "OperationKind": "orchestration.models.Operation.Kind",
        "OperationOutcome": "orchestration.models.OperationResult.Outcome",
        "RolloutKind": "orchestration.models.Rollout.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
