"""A person's time zone: what is accepted, where it comes from, and what pages make of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.db import DataError, connection, transaction
from django.test import Client

from accounts.models import Person
from accounts.time_zones import known_names, listed_names
from config import BASE_DIR
from tests.accounts.factories import PASSWORD, SIGNUP_DATA, create_person, signed_in_client

pytestmark = pytest.mark.django_db
NONSENSE = ["../../etc/passwd", "/etc/passwd", "Nowhere/At_All", "a" * 64, "Europe", "localtime", "UTC+5"]


def stored_zone() -> str:
    return Person.objects.values_list("time_zone", flat=True).get()


def test_postgresql_knows_every_time_zone_that_a_person_can_have() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known_to_postgresql = {name for (name,) in cursor.fetchall()}

    assert known_names() - known_to_postgresql == set()
    assert set(listed_names()) <= known_names()
    assert {"Asia/Calcutta", "Europe/Lisbon", "UTC"} <= known_names()


def test_an_old_name_is_known_where_the_system_lacks_it(tmp_path: Path) -> None:
    """Debian keeps the old names in a package of its own. The package tzdata answers for what the system lacks."""
    pytest.importorskip("tzdata", reason="tzdata is not installed: pip install -r requirements-dev.txt")
    ask = "'Asia/Calcutta' in time_zones.known_names(), time_zones.find_zone('Asia/Calcutta')"

    answer = subprocess.run(
        [sys.executable, "-c", f"import config; from accounts import time_zones; print({ask})"],
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)}, cwd=BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert answer.stdout == "True Asia/Calcutta\n"


def test_an_old_name_of_a_browser_is_stored() -> None:
    client = signed_in_client(create_person("ana"))

    client.post("/settings/time-zone", {"from": "browser", "time_zone": "Asia/Calcutta"})

    assert stored_zone() == "Asia/Calcutta"


def test_the_database_refuses_a_time_zone_that_it_cannot_compute_with() -> None:
    create_person("ana")

    with pytest.raises(DataError, match="not recognized"), transaction.atomic():
        Person.objects.update(time_zone="Nowhere/At_All")
    assert stored_zone() == ""


@pytest.mark.parametrize(
    ("sent", "stored"), [("America/Los_Angeles", "America/Los_Angeles"), ("", ""), ("Nowhere/At_All", "UTC")]
)
def test_a_sign_up_stores_the_time_zone_of_the_browser(client: Client, sent: str, stored: str) -> None:
    client.post("/accounts/signup/", {**SIGNUP_DATA, "time_zone": sent})

    assert stored_zone() == stored


def test_the_time_zone_of_the_browser_is_adopted_once_and_never_replaces_a_choice() -> None:
    client = signed_in_client(create_person("ana"))
    assert b'name="time-zone-url"' in client.get("/settings").content

    for zone in ("Asia/Tokyo", "Europe/Lisbon"):
        sent = {"from": "browser", "time_zone": zone}
        assert client.post("/settings/time-zone", sent).status_code == 204

    assert stored_zone() == "Asia/Tokyo"
    assert b'name="time-zone-url"' not in client.get("/settings").content


@pytest.mark.parametrize("zone", NONSENSE)
def test_a_time_zone_that_nobody_knows_is_an_error_at_its_field(zone: str) -> None:
    client = signed_in_client(create_person("ana", time_zone="Europe/Lisbon"))

    page = client.post("/settings/time-zone", {"time_zone": zone})
    answer = client.patch("/api/v1/me", {"time_zone": zone}, "application/json")

    sentence = "We know no time zone of this name. An example is Europe/Lisbon."
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert (answer.status_code, answer.json()["errors"]) == (400, {"time_zone": [sentence]})
    assert stored_zone() == "Europe/Lisbon"


def test_the_time_zone_is_changed_in_the_settings_and_over_the_api() -> None:
    client = signed_in_client(create_person("ana"))

    assert client.post("/settings/time-zone", {"time_zone": "Asia/Tokyo"})["Location"] == "/settings"
    assert 'value="Asia/Tokyo"' in client.get("/settings").content.decode()
    answer = client.patch("/api/v1/me", {"time_zone": "America/New_York"}, "application/json")

    assert answer.json()["time_zone"] == stored_zone() == "America/New_York"


def test_a_page_says_utc_to_nobody_who_is_elsewhere() -> None:
    client = signed_in_client(create_person("ana", time_zone="Asia/Tokyo"))
    client.post("/settings/tokens", {"scrobbler": "mpd", "label": "my phone"})

    for path in ("/settings", "/listening", "/"):
        assert " UTC" not in client.get(path).content.decode().replace('value="UTC"', "")


def test_a_mail_about_the_account_has_the_time_of_its_person(mailoutbox: list[EmailMessage]) -> None:
    client = signed_in_client(create_person("ana", time_zone="Asia/Tokyo"))
    new = "another lantern on the quay"

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    [line] = [line for line in mailoutbox[0].body.splitlines() if line.startswith("When: ")]
    assert "UTC" not in line
