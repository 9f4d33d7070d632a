"""The bytes and the layout shifts of a first load."""

import pytest
from playwright.sync_api import Page

from accounts.models import Person
from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import DESKTOP, PHONE, Browsers
from tests.browser.full_site import FullSite

MAX_BYTES = 100 * 1024
LATE_SHIFT_MS = 300  # a shift after the last request would come within this time
LAYOUT_SHIFTS = """
window.shifted = [];
const box = ({ x, y, width, height }) => `${x},${y} ${width}x${height}`;
const what = ({ node, previousRect, currentRect }) =>
    [(node?.outerHTML ?? node?.parentNode?.outerHTML ?? "").slice(0, 120), box(previousRect), box(currentRect)];
new PerformanceObserver(list => {
    for (const { value, sources } of list.getEntries()) window.shifted.push([value, ...sources.map(what)]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def scene(full_site: FullSite) -> dict[str, Person]:
    """A feed with several cards and a review queue with several drafts. Paths, with the person who opens each."""
    artist = factories.create_artist("Weighed", granted=True)
    fan = factories.create_fan("Ana", opted_in=artist)
    for nth in (3, 8, 15):
        browser_factories.create_experience_and_wait(artist, fan, program=factories.create_program(artist, nth=nth))
    program = factories.create_program(artist, nth=1)
    for name in ("Ben", "Cem", "Dia"):
        browser_factories.wait_for_pending_draft(artist, factories.create_fan(name, opted_in=artist), program=program)
    studio = f"/studio/{artist.slug}"
    principal = factories.get_member(artist, "principal")
    return {"/": fan, "/listening": fan, f"/artists/{artist.slug}": fan, f"{studio}/review": principal,
            f"{studio}/": principal, f"{studio}/programs/{program.pk}": principal}  # fmt: skip


def load_uncached(browsers: Browsers, path: str, person: Person, options: dict) -> tuple[Page, dict[str, int]]:
    """Open a page without a cache. Returns it with the bytes received for each URL, headers included."""
    page = browsers.new_context(person, **options).new_page()
    page.add_init_script(LAYOUT_SHIFTS)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools.on("Network.requestWillBeSent", lambda sent: urls.setdefault(sent["requestId"], sent["request"]["url"]))
    devtools.on(
        "Network.loadingFinished", lambda end: sizes.update({urls[end["requestId"]]: int(end["encodedDataLength"])})
    )
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(LATE_SHIFT_MS)
    return page, sizes


@pytest.mark.parametrize("number", range(6), ids=["feed", "listening", "artist", "queue", "overview", "editor"])
def test_a_first_load_is_small_and_shifts_nothing(scene: dict[str, Person], browsers: Browsers, number: int) -> None:
    path, person = list(scene.items())[number]
    for options in (DESKTOP, PHONE):
        page, sizes = load_uncached(browsers, path, person, options)

        assert sum(sizes.values()) <= MAX_BYTES, sizes
        assert page.evaluate("window.shifted") == []


def test_pages_and_static_files_are_compressed(scene: dict[str, Person], browsers: Browsers) -> None:
    page = browsers.new_context(scene["/"]).new_page()
    with page.expect_response("**/base.*.css") as response:
        document = page.goto("/")

    assert document
    assert document.headers["content-encoding"] == "gzip"
    headers = response.value.headers
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]  # a changed file has another name
