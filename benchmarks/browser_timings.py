"""Measure in a browser: transfer and layout shift of a first load, and the time from the end of grace to the card.

The site runs as in production, but without HTTPS: DEBUG off, static files collected, compressed and hashed.
"""

import os
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from page_requests import PageTimings
from pages_dataset import PagesDataset
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import Person
from artists import review
from artists.models import Draft
from config import BASE_DIR
from config.processes import ONE_ADDRESS, manage_argv
from config.smoke.checks import is_healthy, wait_for
from config.smoke.sessions import create_session
from events.kafka import create_topics
from tests.browser.chromium import NoBrowser, run_chromium
from worker.embedded import find_free_port
from worker.supervisor import Process, Supervisor

APPROVALS, WARM_UP = 20, 3
TIMEOUT_SECONDS = 60.0
# Records when each card was added to the page, in milliseconds since 1970, and the sum of layout shifts.
WATCH_SCRIPT = """
window.bench = { up: false, cards: {}, shift: 0 };
document.addEventListener("live:up", () => { window.bench.up = true; });
new MutationObserver((changes) => {
  const now = performance.timeOrigin + performance.now();
  for (const change of changes) for (const node of change.addedNodes)
    if (node.id?.startsWith("experience-")) window.bench.cards[node.id.slice(11)] ??= now;
}).observe(document, { childList: true, subtree: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.bench.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def measure_in_browser(dataset: PagesDataset, urls: Mapping[str, str]) -> dict[str, float]:
    """Run the site and return the figures. Exits without a browser."""
    with ExitStack() as stack:
        site = stack.enter_context(_running_site(urls))
        stack.enter_context(patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="1"))  # Playwright has a loop
        try:
            browser = stack.enter_context(run_chromium())
        except NoBrowser as reason:
            raise SystemExit(f"{reason}, or leave it out with --no-browser") from reason
        return {**_first_loads(browser, site, dataset), **_grace_to_page(browser, site, dataset)}


@contextmanager
def _running_site(urls: Mapping[str, str]) -> Iterator[str]:
    """Run the site, the relay and the workers, on the benchmark's database and on topics of their own.

    All its clients have one address, so the limits of connections for an address are raised.
    """
    port = find_free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ, **urls, "DEBUG": "0", "HTTPS": "0", "SECRET_KEY": settings.SECRET_KEY, "STATIC_ROOT": folder,
            "ALLOWED_HOSTS": "127.0.0.1", "SITE_URL": f"http://127.0.0.1:{port}", "MAIL_DIR": folder,
            "KAFKA_TOPIC_PREFIX": f"bench-{uuid.uuid4().hex[:8]}.",
            **ONE_ADDRESS,
        }  # fmt: skip
        settings.KAFKA_TOPIC_PREFIX = env["KAFKA_TOPIC_PREFIX"]
        create_topics()
        supervisor = Supervisor()
        try:
            _run_to_end(supervisor, env, folder, "collectstatic", "--noinput", "--verbosity", "0")
            for words in (["relay"], ["work", "delivery"], ["serve", "--port", str(port)]):
                supervisor.add(_manage_process(env, folder, *words))
            _wait_until_healthy(env["SITE_URL"])
            yield env["SITE_URL"]
        finally:
            supervisor.stop()


def _manage_process(env: Mapping[str, str], folder: str, *words: str) -> Process:
    return Process(words[0], manage_argv(*words), env=env, cwd=BASE_DIR, log=Path(folder) / f"{words[0]}.log")


def _run_to_end(supervisor: Supervisor, env: Mapping[str, str], folder: str, *words: str) -> None:
    child = supervisor.add(_manage_process(env, folder, *words)).child
    if child is None or child.wait():
        raise SystemExit((Path(folder) / f"{words[0]}.log").read_text())
    supervisor.supervised.clear()


def _wait_until_healthy(site: str) -> None:
    if not wait_for(partial(is_healthy, site), seconds=TIMEOUT_SECONDS):
        raise SystemExit(f"{site} does not answer.")


def _context_for(person: Person | None, browser: Browser, site: str) -> BrowserContext:
    """Return a new browser context with an empty cache, signed in as `person` if there is one."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(TIMEOUT_SECONDS * 1000)
    context.add_init_script(WATCH_SCRIPT)
    if person:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": create_session(person), "url": site}])
    return context


def _first_loads(browser: Browser, site: str, dataset: PagesDataset) -> dict[str, float]:
    studio = f"/studio/{dataset.artist.slug}"
    urls = {
        "home, signed out": (None, "/"),
        "feed": (dataset.fan, "/"),
        "artist": (dataset.fan, f"/artists/{dataset.artist.slug}"),
        "overview": (dataset.principal, f"{studio}/"),
        "review": (dataset.principal, f"{studio}/review"),
    }
    print(f"\n  {'first load, nothing cached':34}{'transferred':>14}{'shifted':>10}")
    loads = {}
    for name, (person, path) in urls.items():
        context = _context_for(person, browser, site)
        loads[name] = kilobytes, shift = _first_load(context, site + path)
        context.close()
        print(f"  {name:34}{kilobytes:>11.1f} kB{shift:>10.4f}")
    return {
        "first_load_kb": max(kilobytes for kilobytes, _ in loads.values()),
        "layout_shift": max(shift for _, shift in loads.values()),
    }


def _first_load(context: BrowserContext, url: str) -> tuple[float, float]:
    """Return the kilobytes transferred with headers but without media, and the sum of layout shifts."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    media: set[str] = set()
    sizes: dict[str, float] = {}
    devtools.on(
        "Network.responseReceived", lambda event: media.add(event["requestId"]) if event["type"] == "Media" else None
    )
    devtools.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    devtools.send("Network.enable")
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(500)
    shift: float = page.evaluate("window.bench.shift")
    return sum(size for request, size in sizes.items() if request not in media) / 1000, shift


def _grace_to_page(browser: Browser, site: str, dataset: PagesDataset) -> dict[str, float]:
    """Open one feed and approve drafts one after the other, with a grace of zero."""
    waiting = Draft.objects.filter(artist=dataset.artist, person=dataset.fan, state=Draft.State.PENDING).order_by("-id")
    context = _context_for(dataset.fan, browser, site)
    page = context.new_page()
    page.goto(site)
    _wait_for_script(page, "window.bench.up")
    timings = PageTimings()
    for turn, pk in enumerate(waiting.values_list("pk", flat=True)[: WARM_UP + APPROVALS]):
        milliseconds = _time_arrival(page, pk, dataset.principal)
        if turn >= WARM_UP:
            timings.milliseconds.append(milliseconds)
    context.close()
    print(f"\n  end of the grace -> card in an open feed, {len(timings.milliseconds)} times:", end=" ")
    print(f"p50 {timings.percentile(50):.0f} ms, p95 {timings.percentile(95):.0f} ms")
    return {"grace_to_page_p50_ms": timings.percentile(50), "grace_to_page_p95_ms": timings.percentile(95)}


def _time_arrival(page: Page, draft: int, by: Person) -> float:
    cards = "Object.keys(window.bench.cards).length"
    before: int = page.evaluate(cards)
    approved = review.approve(draft, by=by)
    assert approved.deliver_after
    _wait_for_script(page, f"{cards} > {before}")
    at: float = page.evaluate("Math.max(...Object.values(window.bench.cards))")
    return at - approved.deliver_after.timestamp() * 1000


def _wait_for_script(page: Page, condition: str) -> None:
    """Poll from here. Playwright's wait_for_function evaluates text in the page, which its CSP forbids."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            raise SystemExit(f"{condition} is not true after {TIMEOUT_SECONDS:.0f} s")
        page.wait_for_timeout(20)
