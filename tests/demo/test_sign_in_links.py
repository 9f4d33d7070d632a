"""Links that sign in without a password: once, for some hours, and only with DEBUG on."""

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
from tests.rights import factories as owners
from tests.servers import Processes, Site

SIGN_IN_SCRIPT = """
import django, os
django.setup()
from django.urls import Resolver404, resolve, reverse
try:
    print(resolve("/demo/anything").url_name)
except Resolver404:
    print("no such URL")
"""

# The tests share a database and a site. Each has people of its own.
pytestmark = pytest.mark.shared_site


def signed_in_handle(session: requests.Session, site: Site) -> str | None:
    response = session.get(f"{site.url}/api/v1/me", timeout=10)
    return response.json()["handle"] if response.status_code == 200 else None


@pytest.fixture
def visitor() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def test_a_link_leads_each_person_to_the_page_where_they_work(
    live_site: Site, settings: Settings, visitor: requests.Session
) -> None:
    settings.DEBUG = True
    label, artist = owners.create_party(), factories.create_artist("Ove Lind")
    places = {
        owners.get_signer(label): f"/label/{label.pk}/",
        factories.get_member(artist, "principal"): f"/studio/{artist.slug}/",
    }
    for person, path in places.items():
        assert visitor.get(live_site.url + sign_in_links.create_link(person), timeout=10).url == live_site.url + path


def test_a_link_signs_its_person_in_once(live_site: Site, settings: Settings, visitor: requests.Session) -> None:
    settings.DEBUG = True
    ana = factories.create_person("Ana")
    link = live_site.url + sign_in_links.create_link(ana)

    first = visitor.get(link, timeout=10, allow_redirects=False)
    second_visitor = requests.Session()
    second_visitor.trust_env = False
    second = second_visitor.get(link, timeout=10, allow_redirects=False)

    assert (first.status_code, first.headers["Location"]) == (302, "/")
    assert signed_in_handle(visitor, live_site) == ana.handle
    assert (second.status_code, signed_in_handle(second_visitor, live_site)) == (410, None)
    assert Entry.objects.filter(action="demo.came_in", subject=ana.actor).count() == 1


def test_an_artist_gets_to_the_studio_and_signs_nothing_without_a_password(
    live_site: Site, settings: Settings, visitor: requests.Session
) -> None:
    settings.DEBUG = True
    artist = factories.create_artist("Mara Veil", granted=False)
    principal = factories.get_member(artist, "principal")

    first = visitor.get(live_site.url + sign_in_links.create_link(principal), timeout=10, allow_redirects=False)
    token = visitor.cookies.get("csrftoken") or ""
    signed = visitor.post(
        f"{live_site.url}/api/v1/studio/mara-veil/grants",
        json={"use": "personal_message", "on": True},
        headers={"X-CSRFToken": token},
        timeout=10,
    )

    assert first.headers["Location"] == "/studio/mara-veil/"
    assert signed.status_code == 403
    assert not Grant.objects.filter(artist=artist)


@pytest.mark.parametrize("fault", ["changed", "forged", "expired", "forgotten"])
def test_an_invalid_link_signs_nobody_in(
    live_site: Site, settings: Settings, visitor: requests.Session, fault: str
) -> None:
    settings.DEBUG = True
    ana = factories.create_person("Ana")
    link = sign_in_links.create_link(
        ana, lasts=timedelta(seconds=0) if fault == "expired" else sign_in_links.LINK_LIFETIME
    )
    if fault == "changed":
        link = link[:-1] + ("A" if link[-1] != "A" else "B")
    if fault == "forged":  # the signing key is public while DEBUG is on
        link = "/demo/" + TimestampSigner(salt=sign_in_links.SALT).sign("an invented secret")
    if fault == "forgotten":
        cache.clear()

    response = visitor.get(live_site.url + link, timeout=10, allow_redirects=False)

    assert response.status_code == 410
    assert signed_in_handle(visitor, live_site) is None


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


def test_with_debug_off_there_is_no_such_url() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo-link", args=["x"])  # tests run without DEBUG
    production = {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "fanfare.example"}
    env = {**os.environ, **production, "DJANGO_SETTINGS_MODULE": "config.settings"}

    finished = subprocess.run(
        [sys.executable, "-c", SIGN_IN_SCRIPT], env=env, capture_output=True, text=True, check=True
    )

    assert finished.stdout.strip() == "no such URL"


@pytest.mark.parametrize("command", ["demo", "seed", "seed --sounds", "simulate", "demo_once"])
def test_no_command_of_the_demo_starts_with_debug_off(processes: Processes, command: str) -> None:
    people = Person.objects.count()

    status = processes.start(*command.split(), DEBUG="0", SECRET_KEY="x" * 50).wait(60)

    assert status == 1
    assert "it runs with DEBUG=1 only" in processes.logs[-1].read_text()
    assert Person.objects.count() == people
