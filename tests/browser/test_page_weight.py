"""What a first load costs, of the site as it stands in front of people: bytes on the wire, and nothing that jumps."""

import pytest
from playwright.sync_api import Page

from tests import factories
from tests.browser import full_site as given
from tests.browser.browsers import DESKTOP, PHONE, Browsers
from tests.browser.full_site import FullSite

MAX_BYTES = 100 * 1024
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
def scene(house: FullSite) -> dict[str, str]:
    """A feed with a full page of cards, a queue with a line behind it; the session of each."""
    artist = factories.create_artist("Weighed", granted=True)
    fan = factories.create_fan("Ana", opted_in=artist)
    for nth in (3, 8, 15):
        given.an_experience(artist, fan, program=factories.create_program(artist, nth=nth))
    waiting = factories.create_program(artist, nth=1)
    for name in ("Ben", "Cem", "Dia"):
        given.a_pending_draft(artist, factories.create_fan(name, opted_in=artist), program=waiting)
    studio = f"/studio/{artist.slug}"
    principal = factories.get_member(artist, "principal")
    return {"/": fan, "/listening": fan, f"/artists/{artist.slug}": fan, f"{studio}/review": principal,
            f"{studio}/": principal, f"{studio}/programs/{waiting.pk}": principal}  # fmt: skip


def first_load(guests: Browsers, path: str, person: object, how: dict) -> tuple[Page, dict[str, int]]:
    """Nothing is cached. Each address with the bytes that came for it, headers included."""
    page = guests.enter(person, **how).new_page()
    page.add_init_script(LAYOUT_SHIFTS)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: dict[str, str] = {}
    came: dict[str, int] = {}
    wire.on("Network.requestWillBeSent", lambda sent: asked.setdefault(sent["requestId"], sent["request"]["url"]))
    wire.on(
        "Network.loadingFinished", lambda end: came.update({asked[end["requestId"]]: int(end["encodedDataLength"])})
    )
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    return page, came


@pytest.mark.parametrize("number", range(6), ids=["feed", "listening", "artist", "queue", "overview", "editor"])
def test_a_first_load_is_light_and_nothing_jumps(scene: dict[str, object], guests: Browsers, number: int) -> None:
    path, person = list(scene.items())[number]
    for how in (DESKTOP, PHONE):
        page, came = first_load(guests, path, person, how)

        assert sum(came.values()) <= MAX_BYTES, came
        assert page.evaluate("window.shifted") == []


def test_files_are_compressed_and_kept_for_ever(scene: dict[str, object], guests: Browsers) -> None:
    page = guests.enter(scene["/"]).new_page()
    with page.expect_response("**/base.*.css") as found:
        page.goto("/")

    headers = found.value.headers
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
