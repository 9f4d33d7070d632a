"""All settings. docs/operations.md lists the environment variables that they are read from."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from config import BASE_DIR, env, language_models, openapi, payments, provenance, storages

DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it, or set DEBUG=1 on your own machine.")
    SECRET_KEY = "only-for-this-machine-because-debug-is-on"  # noqa: S105
ALLOWED_HOSTS = env.comma_separated("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
CSRF_TRUSTED_ORIGINS = env.comma_separated("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "config",
    "artists",
    "fans",
    "trust",
    "listens",
    "billing",
    "billing.simulated",
    "rights",
    "live",
    "ledger",
    "events",
    "catalog",
    "worker",
    "accounts",
    "web",
    "audit",
    "allauth",
    "allauth.account",
    "channels",
    "config.admin.apps.OperatorAdminConfig",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "config.middleware.reject_null_characters",
    "config.middleware.uncached_api",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.CompressedPages",
    "config.static_files.StaticFilesMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.forms_in_place",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.time_zone_of_reader",
    "config.middleware.htmx_redirects",
    "config.middleware.newest_notice",
    "config.middleware.method_not_allowed_page",
    "config.middleware.DebugErrorPages",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False  # a redirect would lose a scrobbler's POST
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csp",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.FormRenderer"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

# DATABASE_URL is for the app role, which runs everything; the owner role migrates (config/database.py).
DATABASES = {"default": env.database_settings(env.text("DATABASE_URL"))}
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL")
MIGRATION_MODULES = {"admin": None}  # no table for the admin's own log: what operators do is in the audit
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "web.cache.JSONDatabaseCache",  # Django's own unpickles what the table holds
        "LOCATION": "fanfare_cache",
        "KEY_FUNCTION": "web.rate_limits.cache_key",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # of the default 300, many clients would push out the sign-in limits
    },
    # Sums of past days, for a minute, in each process. Sharing them would cost more queries than computing the sums.
    # It pickles, in memory that only the process itself writes.
    "sums": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sums"},
}

KAFKA_BOOTSTRAP_SERVERS = env.comma_separated("KAFKA_BOOTSTRAP_SERVERS")
# Apache Kafka answers a waiting fetch when a record comes, Tansu only when the wait is over: keep it short there.
KAFKA_FETCH_MAX_WAIT_MS = env.integer("KAFKA_FETCH_MAX_WAIT_MS", 100, least=1)
KAFKA_PARTITIONS = env.integer("KAFKA_PARTITIONS", 3, least=1)
KAFKA_REPLICATION = env.integer("KAFKA_REPLICATION", 1, least=1)
KAFKA_USERNAME = env.text("KAFKA_USERNAME")  # with a password: SASL
KAFKA_PASSWORD = env.text("KAFKA_PASSWORD")
KAFKA_SASL_MECHANISM = env.text("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
KAFKA_TLS = env.boolean("KAFKA_TLS", default=False)
KAFKA_CA_FILE = env.text("KAFKA_CA_FILE")
KAFKA_TOPIC_PREFIX = env.text("KAFKA_TOPIC_PREFIX")  # of every topic, where several installations share a cluster

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.signup_form.SignupFields"
ACCOUNT_FORMS = {
    "signup": "accounts.allauth_forms.SignupForm",
    "login": "accounts.allauth_forms.LoginForm",
    "reauthenticate": "accounts.allauth_forms.ReauthenticateForm",
    "add_email": "accounts.allauth_forms.AddEmailForm",
    "change_password": "accounts.allauth_forms.ChangePasswordForm",
    "reset_password": "accounts.allauth_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.allauth_forms.ResetPasswordKeyForm",
}
ACCOUNT_ADAPTER = "accounts.allauth_adapter.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True  # a person has one address; a new one replaces it once it is confirmed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before the address changes
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds for which a typed password counts as fresh, for example for signing
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # only the other sessions end
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.boolean("HTTPS", default=not DEBUG)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
# How many proxies a request passes. Each adds the address that it got the request from to X-Forwarded-For. Django and
# allauth never read that header: config/asgi.py sets REMOTE_ADDR.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
PAYMENTS, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_URL = payments.read_settings(SECRET_KEY, debug=DEBUG)
TIER_PRICES = payments.read_price_limits()
SPENDING_CAPS = payments.read_spending_caps(TIER_PRICES)
GRACE, PAYOUT_DAY, PAYOUT_MINIMUMS = payments.read_grace(), payments.read_payout_day(), payments.read_payout_minimums()
GIFT_TIME, PAY_BACK_UNUSED_DAYS = payments.read_gift_time(), env.boolean("PAY_BACK_UNUSED_DAYS", default=True)
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "form-action": [CSP.SELF, *payments.page_origins(PAYMENTS, STRIPE_URL)],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024  # bytes; more than ListenBrainz' limit, which its API checks itself
ANONYMOUS_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes, except where scrobblers send listens
# Of one address in one web process: open connections, and those whose request has not arrived whole. Of a request: its
# headers arrive within so many seconds, and in each such span its body brings so many bytes a second.
CONNECTIONS_PER_ADDRESS = env.integer("CONNECTIONS_PER_ADDRESS", 200, least=1)
HALF_OPEN_PER_ADDRESS = env.integer("HALF_OPEN_PER_ADDRESS", 50, least=1)
SLOW_REQUEST_SECONDS = env.integer("SLOW_REQUEST_SECONDS", 10, least=1)
SLOW_REQUEST_BYTES_PER_SECOND = env.integer("SLOW_REQUEST_BYTES_PER_SECOND", 500, least=1)

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends." + ("smtp" if env.text("EMAIL_HOST") else "filebased") + ".EmailBackend",
        "OPTIONS": {
            "host": env.text("EMAIL_HOST"),
            "port": env.integer("EMAIL_PORT", 587),
            "username": env.text("EMAIL_USER"),
            "password": env.text("EMAIL_PASSWORD"),
            "use_tls": env.boolean("EMAIL_TLS", default=True),
        }
        if env.text("EMAIL_HOST")
        else {"file_path": env.text("MAIL_DIR", str(BASE_DIR / "var" / "mail"))},
    }
}
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Fanfare <post@fanfare.example>")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "static-collected")))
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG  # with DEBUG, no collectstatic is needed
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
PROVENANCE_FOLDER, PROVENANCE_PRACTICE, TIME_STAMP_URL = provenance.read_settings(debug=DEBUG)
STORAGES, AUDIO_COPIES = storages.read_storages(debug=DEBUG), storages.read_audio_copies()
RENDER_CACHE = Path(env.text("RENDER_CACHE", str(BASE_DIR / "var" / "renders")))
# No URL serves this folder directly: fans/views/media.py serves its sounds, catalog/views.py its pictures.
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))

REST_FRAMEWORK = {
    # Sessions only, so that no token can sign or decide.
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["web.parsers.StrictJSONParser"],
    "EXCEPTION_HANDLER": "config.exception_handler.handle_exception",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "web.pagination.StrictCursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": ["web.throttle.UserRateThrottle"],
}
API_REQUESTS_PER_MINUTE = env.integer("API_REQUESTS_PER_MINUTE", 600, least=1)
SPECTACULAR_SETTINGS = openapi.SETTINGS

# ListenBrainz API: how many requests within a window of this many seconds.
LISTENS_RATE_WINDOW = env.integer("LISTENS_RATE_WINDOW", 10, least=1)
LISTENS_RATE_PER_TOKEN = env.integer("LISTENS_RATE_PER_TOKEN", 300, least=1)
LISTENS_RATE_PER_ADDRESS = env.integer("LISTENS_RATE_PER_ADDRESS", 30, least=1)

# The operator's window at /operator/: whether there is one, and how often one operator may reveal personal text.
OPERATOR_WINDOW = env.boolean("OPERATOR_WINDOW", default=True)
OPERATOR_REVEALS_PER_HOUR = env.integer("OPERATOR_REVEALS_PER_HOUR", 60, least=1)

# Of one web process: threads, each with a database connection; how often open sockets get their newest sequence.
WEB_THREADS = env.integer("WEB_THREADS", 8, least=1)
LIVE_HEARTBEAT_SECONDS = env.integer("LIVE_HEARTBEAT_SECONDS", 15, least=1)
LIVE_SOCKETS_PER_PERSON = env.integer("LIVE_SOCKETS_PER_PERSON", 20, least=1)

# Housekeeping: days after which rows are deleted.
NOTICE_DAYS = env.integer("NOTICE_DAYS", 30, least=1)
SOUND_DAYS = env.integer("SOUND_DAYS", 90, least=1)  # the unmarked sound of remixes that nobody has any more
DEAD_LETTER_DAYS = env.integer("DEAD_LETTER_DAYS", 30, least=1)
INVITATION_DAYS = env.integer("INVITATION_DAYS", 30, least=1)

# Seconds that a draft waits for a decision, unless its program says otherwise; and seconds in which a team may undo a
# decision, unless the team says otherwise.
REVIEW_SECONDS = env.integer("REVIEW_SECONDS", 3 * 86_400, least=1)
UNDO_SECONDS = env.integer("UNDO_SECONDS", 5)
REMIX_REFUND_DAYS = env.integer("REMIX_REFUND_DAYS", 30)  # what was paid for a remix that stops so soon goes back
# A message about a first listen is true until the fan has listened so often, and for so many hours.
FIRST_LISTEN_PLAYS = env.integer("FIRST_LISTEN_PLAYS", 3, least=2)
FIRST_LISTEN_HOURS = env.integer("FIRST_LISTEN_HOURS", 24, least=1)

# Reports of so many regular fans within so many days stop a program (ADR 16); who is regular, in days and listens.
REPORTS_TO_STOP = env.integer("REPORTS_TO_STOP", 3, least=1)
REPORT_DAYS = env.integer("REPORT_DAYS", 30, least=1)
REPORT_FULL_DAYS = env.integer("REPORT_FULL_DAYS", 30, least=1)
REPORT_FULL_LISTENS = env.integer("REPORT_FULL_LISTENS", 10, least=1)

# One OpenAI-compatible server. Without it, the composer writes everything. Then what profiles of servers may name.
LLM_BASE_URL, LLM_API_KEY, LLM_MODEL, LLM_TIMEOUT_SECONDS = language_models.read_server()
LLM_HOSTS, LLM_INTERNAL_HOSTS, LLM_KEYS = language_models.read_profile_limits(debug=DEBUG)
LLM_CALLS_PER_DAY, LLM_TOKENS_PER_DAY = language_models.read_budget()
UNREAD_PER_DAY = env.integer("UNREAD_PER_DAY", 1000)  # messages of one artist that go out without a reader
# Key for choosing among an artist's signed sentences. It is separate, so that a new SECRET_KEY changes no message.
CHOICE_KEY = env.text("CHOICE_KEY", SECRET_KEY)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.log_redaction.SecretsHidden",
            "format": "{asctime} {levelname:.1} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"secrets": {"()": "config.log_redaction.HideSecrets"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": []},  # its own handlers would log everything twice with DEBUG on
        "django.request": {"filters": ["secrets"]},
        "django.security.csrf": {"filters": ["secrets"]},
        **{name: {"level": "WARNING"} for name in ("httpcore2", "httpx2", "openai", "stripe")},  # they log each request
        "kafka": {"level": "CRITICAL"},  # it logs every attempt; our code logs once that Kafka is unreachable
    },
}
