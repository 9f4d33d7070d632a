"""Open pages in this process, signed in, through all of Django. Record their times, queries and sizes."""

import time
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pages_dataset import PagesDataset

from accounts.models import Person
from artists.models import Draft
from config.smoke.sessions import create_session
from fans.models import Experience
from web.pagination import Cursor

# As on a server, where WhiteNoise has read the static files when it started.
settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False


@dataclass
class PageTimings:
    """The measurements of one page."""

    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # milliseconds of CPU time, which a busy machine changes little
    queries: list[str] = field(default_factory=list)
    size: int = 0

    def percentile(self, percent: int) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


@dataclass(frozen=True)
class PageRequest:
    """A URL and the client that opens it. `with_empty_cache` clears the cached sums before."""

    browser: Client
    path: str
    with_empty_cache: bool = False

    def open(self) -> tuple[float, float, int]:
        """Return milliseconds by the clock, milliseconds of CPU time, and bytes of HTML."""
        if self.with_empty_cache:
            caches["sums"].clear()
        started, cpu_started = time.perf_counter(), time.process_time()
        response = self.browser.get(self.path)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        if response.status_code != 200:
            raise SystemExit(f"{self.path} answered {response.status_code}")
        return seconds * 1000, cpu_seconds * 1000, len(response.content)

    def queries(self) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            self.open()
        return [query["sql"] for query in captured.captured_queries]


def signed_in_client(person: Person) -> Client:
    browser = Client(SERVER_NAME="localhost")
    browser.cookies[settings.SESSION_COOKIE_NAME] = create_session(person)
    return browser


def all_pages(dataset: PagesDataset) -> dict[str, PageRequest]:
    """Return the pages that must stay fast, each with as much data as possible."""
    return {**_fan_pages(dataset), **_studio_pages(dataset)}


def _fan_pages(dataset: PagesDataset) -> dict[str, PageRequest]:
    fan, hide_ai = signed_in_client(dataset.fan), signed_in_client(dataset.hide_ai)
    slug = dataset.artist.slug
    own = Experience.objects.filter(person=dataset.fan).order_by("-delivered_at")
    middle = own[own.count() // 2]
    return {
        "feed": PageRequest(fan, "/"),
        "feed, an older page": PageRequest(fan, f"/?before={Cursor(middle.delivered_at, str(middle.pk))}"),
        "feed, by hand": PageRequest(fan, "/?by=hand"),
        "feed, one artist": PageRequest(fan, f"/?artist={slug}"),
        "feed, AI hidden, mostly machine": PageRequest(hide_ai, "/"),
        "experience": PageRequest(fan, f"/experiences/{middle.pk}"),
        "receipt": PageRequest(fan, f"/r/{middle.receipt_key}"),
        "artist": PageRequest(fan, f"/artists/{slug}"),
        "artists": PageRequest(fan, "/artists/"),
    }


def _studio_pages(dataset: PagesDataset) -> dict[str, PageRequest]:
    team = signed_in_client(dataset.principal)
    delivered = Draft.objects.filter(artist=dataset.artist, state=Draft.State.DELIVERED).order_by("-id")
    middle = delivered.order_by("-settled_at")[delivered.count() // 2]
    cursor = Cursor(middle.settled_at, str(middle.pk))
    studio = f"/studio/{dataset.artist.slug}"
    return {
        "review": PageRequest(team, f"{studio}/review"),
        "overview": PageRequest(team, f"{studio}/"),
        "overview, summed anew": PageRequest(team, f"{studio}/", with_empty_cache=True),
        "delivered": PageRequest(team, f"{studio}/delivered"),
        "delivered, an older page": PageRequest(team, f"{studio}/delivered?before={cursor}"),
        "went no further": PageRequest(team, f"{studio}/delivered?state=stopped"),
        "history": PageRequest(team, f"{studio}/history"),
    }
