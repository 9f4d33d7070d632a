"""Take screenshots of every page with the demo's data, at three widths, light and dark, into var/screenshots.

make screenshots             (python manage.py embedded -- python benchmarks/screenshots.py [NAME …])
make screenshots ARGS="feed review"     only these pages
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from string import Formatter
from typing import Literal

import harness  # noqa: F401 - first: it sets up Django
from django.utils import timezone
from playwright.sync_api import Browser, Error

from accounts import invitations
from accounts.models import Person, Role
from artists.models import Draft
from catalog.models import Artist
from config import BASE_DIR, database
from config.demo.artist_data import MARA
from config.demo.fan_data import ANA
from config.demo.imports import IMPORTED_NAME, READ_NAME
from config.demo.label import LABEL_NAME, SIGNATORY
from config.processes import manage_argv
from config.smoke.checks import is_healthy, wait_for
from config.smoke.sessions import create_session
from fans.models import Experience
from rights.models import AgreementVersion, Party
from tests.browser.chromium import NoBrowser, run_chromium
from tests.browser.page_urls import PAGE_URLS
from worker.embedded import find_free_port
from worker.supervisor import spawn, terminate

FOLDER = BASE_DIR / "var" / "screenshots"
WIDTHS = (390, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 900
PHONE_WIDTH = 600  # narrower screens have touch
TIMEOUT_SECONDS = 30  # for the site to answer


def address_parts() -> dict[str, object]:
    """Return the variable parts of the URLs, for the artist and the fan of the demo."""
    artist = Artist.objects.get(slug=MARA)
    fan = Person.objects.get(handle=ANA)
    label = Party.objects.get(name=LABEL_NAME)
    owner = artist.team.members.filter(role=Role.PRINCIPAL).select_related("person").get().person
    _, invitation = invitations.create(artist.team, fan.email, Role.REVIEWER, by=owner)
    return {
        "artist": artist.slug,
        "invitation": invitation,
        "party": label.pk,
        "import": label.imports.get(file_name=READ_NAME).pk,
        "imported": label.imports.get(file_name=IMPORTED_NAME).pk,
        **_parts_of(artist, fan),
    }


def _parts_of(artist: Artist, fan: Person) -> dict[str, object]:
    """A song, a program and a pending draft of the artist, and what the fan received last."""
    experience = Experience.objects.filter(person=fan, artist=artist).order_by("-delivered_at").first()
    soon = timezone.now() + timedelta(minutes=5)
    draft = Draft.objects.filter(artist=artist, state="pending", deadline__gt=soon).order_by("deadline").first()
    program = artist.programs.exclude(current=None).order_by("pk").first()
    assert experience
    assert draft
    assert program
    song = artist.recordings.order_by("pk").first()
    assert song
    return {
        "song": song.pk,
        "experience": experience.pk,
        "receipt": experience.receipt_key,
        "draft": draft.pk,
        "program": program.pk,
        "agreement": AgreementVersion.objects.order_by("-pk").values_list("pk", flat=True)[0],
    }


def find_parts(path: str) -> set[str]:
    """The names of the variable parts of a path."""
    return {name for _, name, _, _ in Formatter().parse(path) if name}


def create_sessions() -> dict[str, str]:
    """Return a session cookie for each kind of viewer."""
    mara = Artist.objects.get(slug=MARA).team.members.filter(role=Role.PRINCIPAL).select_related("person").first()
    assert mara
    about = {"name": "Newcomer", "country": "PT", "age_band": "18_plus"}
    newcomer = Person.objects.create_user("newcomer@example.com", None, handle="newcomer", **about)
    staff = Person.objects.filter(is_staff=True).first()
    assert staff
    people = {
        "newcomer": newcomer, "fan": Person.objects.get(handle=ANA), "principal": mara.person, "staff": staff,
        "signatory": Person.objects.get(handle=SIGNATORY),
    }  # fmt: skip
    return {viewer: create_session(person) for viewer, person in people.items()}


def start_manage(*words: str, **env: str) -> subprocess.Popen[bytes]:
    return spawn(manage_argv(*words), env={**os.environ, **env, "DEBUG": "1", "LOG_LEVEL": "ERROR"})


@contextmanager
def running_site(urls: dict[str, str]) -> Iterator[str]:
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    child = start_manage("serve", "--port", str(port), SITE_URL=address, **urls)
    try:
        assert wait_for(partial(is_healthy, address), seconds=TIMEOUT_SECONDS), "the site does not answer"
        yield address
    finally:
        terminate(child)


def take_pictures(
    browser: Browser, address: str, cookies: dict[str, str], about: dict[str, object], only: Sequence[str]
) -> int:
    """Take a picture of each page at each width and colour scheme. Return their number."""
    wanted = {name: place for name, place in PAGE_URLS.items() if not only or name in only}
    shown = {name: place for name, place in wanted.items() if about.keys() >= find_parts(place.path)}
    if unseen := sorted(wanted.keys() - shown):
        print(f"The demo has nothing to show on {', '.join(unseen)}.")
    for name, place in shown.items():
        for width in WIDTHS:
            phone = width < PHONE_WIDTH
            context = browser.new_context(
                base_url=address, locale="en-GB", reduced_motion="reduce", device_scale_factor=1,
                viewport={"width": width, "height": HEIGHT}, is_mobile=phone, has_touch=phone,
            )  # fmt: skip
            if place.viewer in cookies:
                context.add_cookies([{"name": "sessionid", "value": cookies[place.viewer], "url": address}])
            page = context.new_page()
            page.goto(place.path.format(**about))
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)
            context.close()
    return len(shown) * len(WIDTHS) * len(SCHEMES)


def main(only: Sequence[str]) -> None:
    unknown = set(only) - PAGE_URLS.keys()
    if unknown:
        sys.exit(f"No page is called {', '.join(sorted(unknown))}. Pages: {', '.join(PAGE_URLS)}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with database.temporary_database("screens") as urls:
        assert start_manage("seed", **urls).wait() == 0, "seeding the demo failed"
        cookies, about = create_sessions(), address_parts()
        try:
            with running_site(urls) as address, run_chromium() as browser:
                print(f"{take_pictures(browser, address, cookies, about, only)} pictures are in {FOLDER}")
        except (NoBrowser, Error) as reason:
            sys.exit(f"No pictures: {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
