"""What an operator gets wrong, and what the checks say to it."""

from pathlib import Path

from django.conf import settings as django_settings
from pytest_django import Settings

from config import checks, env
from config.database import use_database
from tests.servers import Database


def ids(found: list) -> list[str | None]:
    return [message.id for message in found]


def test_a_house_in_order_has_nothing_to_say(db: None) -> None:
    found = [*checks.check_addresses(None), *checks.check_model_server(None), *checks.check_app_role(None, ["default"])]

    assert found == []


def test_missing_servers_are_named_with_a_way_out(settings: Settings) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = []
    settings.SITE_URL = "fanfare.example"

    found = checks.check_addresses(None)

    assert ids(found) == ["fanfare.E002", "fanfare.E004"]
    assert "manage.py embedded --" in found[0].hint


def test_half_a_language_model_is_a_mistake(settings: Settings) -> None:
    settings.LLM_MODEL, settings.LLM_BASE_URL = "some-model", ""

    assert ids(checks.check_model_server(None)) == ["fanfare.E005"]


def test_the_owner_is_refused_as_the_app_role(committing_db: Database) -> None:
    owner = env.database_settings(django_settings.DATABASE_OWNER_URL)
    with use_database(USER=owner["USER"]):
        found = checks.check_app_role(None, ["default"])

    assert ids(found) == ["fanfare.E003"]
    assert "owns tables" in found[0].msg


def test_pages_whose_files_were_not_collected_are_worth_a_warning(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = {"staticfiles": {"BACKEND": settings.COLLECTED}}
    settings.STATIC_ROOT = tmp_path
    before = ids(checks.check_static_files(None))

    (tmp_path / "staticfiles.json").touch()

    assert before == ["fanfare.W002"]
    assert checks.check_static_files(None) == []


def test_an_address_without_encryption_is_worth_a_warning(settings: Settings) -> None:
    settings.SITE_URL = "http://fanfare.example"

    assert ids(checks.check_https(None)) == ["fanfare.W001"]
