"""System checks for mistakes of an operator. Each has an id, says what is wrong, and what to do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connection
from django.utils import timezone

from config import storages

LAST_MONTH = timedelta(days=30)
EMBEDDED_HINT = "Set it, or run the command under the embedded servers: manage.py embedded -- COMMAND."

SELECT_APP_ROLE = """
SELECT rolsuper, rolbypassrls, ARRAY(
    SELECT tablename FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public' ORDER BY 1 LIMIT 3
) FROM pg_roles WHERE rolname = current_user
"""


def check_addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS and SITE_URL are set."""
    messages: list[CheckMessage] = []
    if connection.vendor != "postgresql":
        messages.append(Error("DATABASE_URL is not set.", hint=EMBEDDED_HINT, id="fanfare.E001"))
    if not settings.KAFKA_BOOTSTRAP_SERVERS:
        messages.append(Error("KAFKA_BOOTSTRAP_SERVERS is not set.", hint=EMBEDDED_HINT, id="fanfare.E002"))
    site = urlsplit(settings.SITE_URL)
    if site.scheme not in {"http", "https"} or not site.netloc:
        hint = "It is part of receipts and mails; set it to, for example, https://fanfare.example."
        messages.append(Error(f"SITE_URL={settings.SITE_URL!r} is no address.", hint=hint, id="fanfare.E004"))
    return messages


def check_model_server(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """LLM_BASE_URL and LLM_MODEL are both set, or neither."""
    if bool(settings.LLM_BASE_URL) == bool(settings.LLM_MODEL):
        return []
    hint = "Set both, or neither; with neither, the composer writes everything."
    return [Error("Only one of LLM_BASE_URL and LLM_MODEL is set.", hint=hint, id="fanfare.E005")]


def check_app_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """DATABASE_URL is not for the owner or a superuser: they could change history, which the app role cannot."""
    if "default" not in (databases or ()) or connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(SELECT_APP_ROLE)
        superuser, bypasses, owned = cursor.fetchone()
    if not (superuser or bypasses or owned):
        return []
    problem = "is a superuser" if superuser or bypasses else f"owns tables ({', '.join(owned)})"
    hint = "DATABASE_URL is for the app role; the owner's address goes into DATABASE_OWNER_URL."
    return [Error(f"The role of DATABASE_URL {problem}.", hint=hint, id="fanfare.E003")]


def check_static_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Static files are collected, unless DEBUG is on: pages refer to them by the names in the manifest."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if settings.STORAGES["staticfiles"]["BACKEND"] != storages.COLLECTED or manifest.exists():
        return []
    hint = "Run manage.py collectstatic --noinput once for each version; until then every page fails."
    return [Caution(f"There is no {manifest}.", hint=hint, id="fanfare.W002")]


def check_https(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """SITE_URL is https (`check --deploy`)."""
    if settings.SITE_URL.startswith("https://"):
        return []
    hint = "Links in mails and receipts would lead people to a site without encryption."
    return [Caution(f"SITE_URL={settings.SITE_URL!r} is not https.", hint=hint, id="fanfare.W001")]


def check_payments(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Live payments lead back to an encrypted site; simulated ones are meant. `config/payments.py` refuses the rest."""
    if settings.PAYMENTS == "live" and not settings.SITE_URL.startswith("https://"):
        problem = f"Payments are live and SITE_URL={settings.SITE_URL!r} is not https."
        hint = "The provider sends people back to SITE_URL when they have paid, and posts its webhooks there."
        return [Error(problem, hint=hint, id="fanfare.E006")]
    if settings.PAYMENTS == "simulated" and not settings.DEBUG:
        problem = "Payments are simulated: no money moves, and everybody gets what they ask for."
        hint = "Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or take ALLOW_SIMULATED_PAYMENTS away."
        return [Caution(problem, hint=hint, id="fanfare.W003")]
    return []


def check_provenance(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The keys of PROVENANCE_FOLDER can be read, and count for another month. Where fans pay, there are keys."""
    if settings.PROVENANCE_FOLDER is None and settings.PAYMENTS == "live":
        hint = "Make keys with manage.py provenance_key create, and set PROVENANCE_FOLDER to their folder."
        problem = "Payments are live, and no remix could be marked: PROVENANCE_FOLDER is not set."
        return [Error(problem, hint=hint, id="fanfare.E008")]
    if settings.PROVENANCE_FOLDER is None or settings.PROVENANCE_PRACTICE:
        return []
    # Here, because every process imports the checks and few sign.
    from ai.provenance import exceptions, keys

    try:
        ends = keys.expires_at(keys.read_folder(settings.PROVENANCE_FOLDER).signing)
    except exceptions.InvalidKey as error:
        hint = "Make keys with manage.py provenance_key create; without PROVENANCE_FOLDER there are no remixes."
        return [Error(str(error), hint=hint, id="fanfare.E007")]
    if ends < timezone.now() + LAST_MONTH:
        hint = 'Make new keys, as docs/operations.md says under "Keys of remixes".'
        return [Caution(f"The key that signs remixes ends on {ends:%Y-%m-%d}.", hint=hint, id="fanfare.W004")]
    return []


def register_all() -> None:
    register(check_provenance)
    register(check_addresses)
    register(check_model_server)
    register(check_payments)
    register(check_app_role, Tags.database)
    register(check_static_files)
    register(check_https, deploy=True)
