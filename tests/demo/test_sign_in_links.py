"""The links that sign in: once, soon, and only where DEBUG is on."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import requests
from django.core.cache import cache
from django.core.signing import TimestampSigner
from django.http import Http404
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from accounts.models import Person
from audit.models import Entry
from config.demo import sign_in_links
from rights.models import Grant
from tests import factories
from tests.servers import Site

SIGN_IN_SCRIPT = """
import django, os
django.setup()
from django.urls import Resolver404, resolve, reverse
try:
    print(resolve("/demo/anything").url_name)
except Resolver404:
    print("nothing there")
"""


def whose(session: requests.Session, site: Site) -> str | None:
    answer = session.get(f"{site.url}/api/v1/me", timeout=10)
    return answer.json()["handle"] if answer.status_code == 200 else None


@pytest.fixture
def visitor() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def test_a_link_signs_its_person_in_and_is_over(live_site: Site, settings: Settings, visitor: requests.Session) -> None:
    settings.DEBUG = True
    ana = factories.create_person("Ana")
    link = live_site.url + sign_in_links.create_link(ana)

    came = visitor.get(link, timeout=10, allow_redirects=False)
    again = requests.Session()
    again.trust_env = False
    late = again.get(link, timeout=10, allow_redirects=False)

    assert (came.status_code, came.headers["Location"]) == (302, "/")
    assert whose(visitor, live_site) == ana.handle
    assert (late.status_code, whose(again, live_site)) == (410, None)
    assert Entry.objects.filter(action="demo.came_in", subject=ana.actor).count() == 1


def test_an_artist_is_led_to_the_studio_and_signs_nothing_without_a_password(
    live_site: Site, settings: Settings, visitor: requests.Session
) -> None:
    settings.DEBUG = True
    artist = factories.create_artist("Mara Veil", granted=False)
    principal = factories.get_member(artist, "principal")

    came = visitor.get(live_site.url + sign_in_links.create_link(principal), timeout=10, allow_redirects=False)
    token = visitor.cookies.get("csrftoken") or ""
    signed = visitor.post(
        f"{live_site.url}/api/v1/studio/mara-veil/grants",
        json={"use": "personal_message", "on": True},
        headers={"X-CSRFToken": token},
        timeout=10,
    )

    assert came.headers["Location"] == "/studio/mara-veil/"
    assert signed.status_code == 403
    assert not Grant.objects.filter(artist=artist)


@pytest.mark.parametrize("spoilt", ["changed", "forged", "expired", "forgotten"])
def test_a_link_that_is_not_quite_one_signs_nobody_in(
    live_site: Site, settings: Settings, visitor: requests.Session, spoilt: str
) -> None:
    settings.DEBUG = True
    ana = factories.create_person("Ana")
    link = sign_in_links.create_link(
        ana, lasts=timedelta(seconds=0) if spoilt == "expired" else sign_in_links.LINK_LIFETIME
    )
    if spoilt == "changed":
        link = link[:-1] + ("A" if link[-1] != "A" else "B")
    if spoilt == "forged":  # what signs is known to everybody while DEBUG is on
        link = "/demo/" + TimestampSigner(salt=sign_in_links.SALT).sign("a secret of my own")
    if spoilt == "forgotten":
        cache.clear()

    answer = visitor.get(live_site.url + link, timeout=10, allow_redirects=False)

    assert answer.status_code == 410
    assert whose(visitor, live_site) is None


@pytest.mark.django_db
def test_with_debug_off_no_link_is_made_and_one_that_was_made_is_refused(settings: Settings) -> None:
    settings.DEBUG = True
    ana = factories.create_person("Ana")
    link = sign_in_links.create_link(ana)
    settings.DEBUG = False

    with pytest.raises(sign_in_links.DemoLinksDisabled):
        sign_in_links.create_link(ana)
    with pytest.raises(Http404):
        sign_in_links.sign_in(RequestFactory().get(link), link.removeprefix("/demo/"))
    assert not Entry.objects.filter(action="demo.came_in")


def test_with_debug_off_there_is_no_such_address() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo-link", args=["x"])  # tests run without DEBUG
    production = {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "fanfare.example"}
    env = {**os.environ, **production, "DJANGO_SETTINGS_MODULE": "config.settings"}

    said = subprocess.run([sys.executable, "-c", SIGN_IN_SCRIPT], env=env, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "nothing there"


def test_the_demo_itself_does_not_start_with_debug_off(processes) -> None:
    status = processes.start("demo", DEBUG="0", SECRET_KEY="x" * 50).wait(60)

    assert status == 1
    assert "it runs with DEBUG=1 only" in processes.logs[0].read_text()
    assert Person.objects.count() == 0
