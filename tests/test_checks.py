"""System checks find the mistakes of an operator."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytest_django import Settings

from ai.provenance import keys
from config import checks, env, storages
from config.database import use_database
from tests.servers import Database


def ids(messages: list) -> list[str | None]:
    return [message.id for message in messages]


def test_with_correct_settings_no_check_reports_anything(db: None, settings: Settings) -> None:
    settings.DEBUG = True

    messages = [
        *checks.check_addresses(None),
        *checks.check_model_server(None),
        *checks.check_payments(None),
        *checks.check_app_role(None, ["default"]),
    ]

    assert messages == []


def test_missing_servers_are_reported_with_a_hint(settings: Settings) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = []
    settings.SITE_URL = "fanfare.example"

    messages = checks.check_addresses(None)

    assert ids(messages) == ["fanfare.E002", "fanfare.E004"]
    assert "manage.py embedded --" in messages[0].hint


def test_a_language_model_without_an_address_is_an_error(settings: Settings) -> None:
    settings.LLM_MODEL, settings.LLM_BASE_URL = "some-model", ""

    assert ids(checks.check_model_server(None)) == ["fanfare.E005"]


def test_live_payments_need_an_encrypted_site(settings: Settings) -> None:
    settings.PAYMENTS, settings.SITE_URL = "live", "http://fanfare.example"
    before = ids(checks.check_payments(None))

    settings.SITE_URL = "https://fanfare.example"

    assert before == ["fanfare.E006"]
    assert checks.check_payments(None) == []


def test_payments_that_are_simulated_for_strangers_get_a_warning(settings: Settings) -> None:
    settings.PAYMENTS, settings.DEBUG = "simulated", False
    before = ids(checks.check_payments(None))

    settings.PAYMENTS = "off"

    assert before == ["fanfare.W003"]
    assert checks.check_payments(None) == []


def test_keys_of_remixes_that_cannot_be_read_are_an_error_and_a_month_before_they_end_a_warning(
    settings: Settings, tmp_path: Path
) -> None:
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = False, tmp_path / "keys"
    missing = ids(checks.check_provenance(None))
    keys.create(tmp_path / "keys", organisation="Test")
    new = checks.check_provenance(None)
    old = datetime.now(UTC) - timedelta(days=keys.SIGNER_DAYS - 20)
    keys.create(tmp_path / "old", organisation="Test", now=old)

    settings.PROVENANCE_FOLDER = tmp_path / "old"

    assert (missing, new) == (["fanfare.E007"], [])
    assert ids(checks.check_provenance(None)) == ["fanfare.W004"]


def test_live_payments_need_the_keys_that_mark_remixes(settings: Settings) -> None:
    settings.PROVENANCE_FOLDER, settings.PROVENANCE_PRACTICE = None, False
    found = {}
    for settings.PAYMENTS in ("live", "off"):
        found[settings.PAYMENTS] = ids(checks.check_provenance(None))

    assert found == {"live": ["fanfare.E008"], "off": []}


def test_the_owner_is_refused_as_the_app_role(committing_db: Database) -> None:
    owner = env.database_settings(committing_db.owner_url)
    with use_database(USER=owner["USER"], PASSWORD=owner["PASSWORD"]):
        messages = checks.check_app_role(None, ["default"])

    assert ids(messages) == ["fanfare.E003"]
    assert "owns tables" in messages[0].msg


def test_static_files_that_were_not_collected_get_a_warning(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = {"staticfiles": {"BACKEND": storages.COLLECTED}}
    settings.STATIC_ROOT = tmp_path
    before = ids(checks.check_static_files(None))

    (tmp_path / "staticfiles.json").touch()

    assert before == ["fanfare.W002"]
    assert checks.check_static_files(None) == []


def test_a_site_url_without_https_gets_a_warning(settings: Settings) -> None:
    settings.SITE_URL = "http://fanfare.example"

    assert ids(checks.check_https(None)) == ["fanfare.W001"]
