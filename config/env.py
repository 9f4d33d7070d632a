"""Read settings from environment variables. A bad value raises ImproperlyConfigured with the variable's name."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def boolean(name: str, *, default: bool) -> bool:
    """True for `1 true yes on`, False for `0 false no off`, the default if empty or missing."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: say 1 or 0.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least `least`, the default if empty or missing."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: say a whole number.") from None
    if result < least:
        raise ImproperlyConfigured(f"{name}={result}: must be at least {least}.")
    return result


def comma_separated(name: str, default: str = "") -> list[str]:
    """The words of a comma-separated list. Empty ones are dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database_settings(url: str) -> dict[str, object]:
    """Django's settings for `postgresql://user:password@host:port/name?host=/socket/folder`.

    Without an address, any use of the database fails (`django.db.backends.dummy`). A query is prepared when a
    connection sends it for the fifth time, so that it is planned once and not each time (ADR 9).
    """
    if not url:
        return {"ENGINE": "django.db.backends.dummy"}
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"A database address starts with postgresql://, not {parts.scheme}://.")
    options = dict(parse_qsl(parts.query))
    if reserved := {"server_side_binding", "prepare_threshold"} & options.keys():
        raise ImproperlyConfigured(f"{', '.join(sorted(reserved))} is no part of an address: set DATABASE_PREPARES=0.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5 if boolean("DATABASE_PREPARES", default=True) else None,
            "connect_timeout": "5",  # seconds; without it, a host that is gone is noticed after minutes
            **options,
        },
    }
