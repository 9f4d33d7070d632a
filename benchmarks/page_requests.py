"""Visit: pages through the whole of Django in this process, signed in; how long each took and what it asked."""

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

# As on a server: there whoever serves static files has looked at them when it started.
settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False


@dataclass
class PageTimings:
    """What was seen of one page."""

    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of this process alone: what a busy machine does not change much."""
    queries: list[str] = field(default_factory=list)
    size: int = 0

    def percentile(self, of_hundred: int) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) * of_hundred // 100, len(ordered) - 1)]


@dataclass(frozen=True)
class PageRequest:
    """One address as one person opens it. `anew`: nothing that was summed up before is at hand."""

    browser: Client
    path: str
    anew: bool = False

    def open(self) -> tuple[float, float, int]:
        """Milliseconds of the clock and of this process, and bytes of HTML."""
        if self.anew:
            caches["sums"].clear()
        began, busy = time.perf_counter(), time.process_time()
        answer = self.browser.get(self.path)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        if answer.status_code != 200:
            raise SystemExit(f"{self.path} answered {answer.status_code}")
        return took * 1000, busy * 1000, len(answer.content)

    def queries(self) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            self.open()
        return [query["sql"] for query in asked.captured_queries]


def signed_in_client(person: Person) -> Client:
    browser = Client(SERVER_NAME="localhost")
    browser.cookies[settings.SESSION_COOKIE_NAME] = create_session(person)
    return browser


def all_pages(crowd: PagesDataset) -> dict[str, PageRequest]:
    """The pages that must not slow down, each at its most."""
    fan, human_only, team = (
        signed_in_client(crowd.fan),
        signed_in_client(crowd.human_only),
        signed_in_client(crowd.principal),
    )
    slug = crowd.artist.slug
    own = Experience.objects.filter(person=crowd.fan).order_by("-delivered_at")
    middle = own[own.count() // 2]
    drafts = Draft.objects.filter(artist=crowd.artist).order_by("-id")
    old = drafts.filter(state=Draft.State.DELIVERED)
    draft = old[old.count() // 2].pk
    studio = f"/studio/{slug}"
    return {
        "feed": PageRequest(fan, "/"),
        "feed, an older page": PageRequest(fan, f"/?before={middle.pk}"),
        "feed, by hand": PageRequest(fan, "/?by=hand"),
        "feed, one artist": PageRequest(fan, f"/?artist={slug}"),
        "feed, human only, mostly machine": PageRequest(human_only, "/"),
        "experience": PageRequest(fan, f"/experiences/{middle.pk}"),
        "receipt": PageRequest(fan, f"/r/{middle.receipt_key}"),
        "artist": PageRequest(fan, f"/artists/{slug}"),
        "artists": PageRequest(fan, "/artists/"),
        "review": PageRequest(team, f"{studio}/review"),
        "overview": PageRequest(team, f"{studio}/"),
        "overview, summed anew": PageRequest(team, f"{studio}/", anew=True),
        "delivered": PageRequest(team, f"{studio}/delivered"),
        "delivered, an older page": PageRequest(team, f"{studio}/delivered?before={draft}"),
        "went no further": PageRequest(team, f"{studio}/delivered?state=stopped"),
        "history": PageRequest(team, f"{studio}/history"),
    }
