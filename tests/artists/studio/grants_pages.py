"""What the permissions page shows, for its tests."""

import re
from typing import Any

from catalog.models import Artist, Recording
from rights import clearance
from tests.artists.studio.pages import (
    HTMX_HEADERS,
)

BOOSTED = {"HX-Boosted": "true", **HTMX_HEADERS}


def grants_path(artist: Artist) -> str:
    return f"/studio/{artist.slug}/grants"


def switch_states(page: Any) -> dict[str, str]:
    """What the switches of a page show: true, false, or "waits" for a dotted one; by their names."""
    found = re.findall(r'<button class="switch-button" id="switch-([^"]+)".*?>', page.content.decode(), re.DOTALL)
    states = {}
    for name in found:
        tag = re.search(rf'id="switch-{re.escape(name)}"[^>]*>', page.content.decode())
        assert tag
        on = re.search(r'aria-checked="(\w+)"', tag.group())
        assert on
        states[name] = "waits" if "data-wait" in tag.group() else on.group(1)
    return states


def effect_figures(page: Any) -> list[str]:
    found = re.search(r'<ul class="effect-figures">(.*?)</ul>', page.content.decode(), re.DOTALL)
    return re.findall(r"<b>(\d+)</b>", found.group(1)) if found else []


def is_permitted(artist: Artist, use: str, song: Recording | None = None) -> bool:
    return clearance.find_missing(use, artist, [song] if song else []) is None
