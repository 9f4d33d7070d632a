"""Who is in the story, and what everybody needs for it."""

import os
import subprocess
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import liblistenbrainz

from config import BASE_DIR
from config.smoke.browser import Browser
from config.smoke.checks import require
from config.smoke.sockets import OpenSocket, SocketClient

LISTENS_NEEDED = 10
SONGS = [("Salt Radio", 214), ("Night Bus", 187), ("Glass Houses", 242)]
RARE_SONG = ("Low Tide", 201)  # the song of the program whose drafts are left to their deadline


@dataclass
class Fan:
    visitor: Browser
    socket: OpenSocket | None = None
    token: str = ""
    sent: int = 0

    @property
    def name(self) -> str:
        return self.visitor.name


@dataclass
class SmokeRun:
    """The site, the people, and what was learned on the way."""

    site: str
    mail: Path
    further: int
    """How many fans besides the named ones, for the figures."""
    ears: SocketClient
    people: dict[str, Browser] = field(default_factory=dict)
    fans: dict[str, Fan] = field(default_factory=dict)
    crowd: list[Fan] = field(default_factory=list)
    reviewer_socket: OpenSocket | None = None
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        self.told.append(line)

    def everyone(self) -> list[Fan]:
        return [*self.fans.values(), *self.crowd]

    def visitor(self, name: str, handle: str) -> Browser:
        return Browser(self.site, self.mail, name, handle)


def run_manage_command(*words: str) -> None:
    """Run one of our own management commands to its end."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, str(BASE_DIR / "manage.py"), *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    require(done.returncode == 0, f"manage.py {' '.join(words)} works: {done.stderr[-400:]}")


def new_scrobbler(site: str, token: str) -> liblistenbrainz.ListenBrainz:
    """The real client, unmodified, pointed at our address."""
    client = liblistenbrainz.ListenBrainz(api_base_url=site)
    with redirect_stdout(StringIO()):
        client.set_auth_token(token)
    return client


def submit_listen(story: SmokeRun, fan: Fan, song: tuple[str, int], *, artist: str = "Mara Veil") -> None:
    """One honest listen: it starts after the one before it ended, all of them in the past."""
    title, seconds = song
    longest = 300
    start = int(time.time()) - (LISTENS_NEEDED + 5 - fan.sent) * longest
    listen = liblistenbrainz.Listen(
        track_name=title,
        artist_name=artist,
        listened_at=start,
        additional_info={"duration_ms": seconds * 1000, "media_player": "fanfare story"},
    )
    answer = scrobbler_for(story, fan).submit_single_listen(listen)
    require(answer == {"status": "ok"}, f"the door takes a listen of {fan.name}: {answer}")
    fan.sent += 1


_scrobbler_cache: dict[str, liblistenbrainz.ListenBrainz] = {}


def scrobbler_for(story: SmokeRun, fan: Fan) -> liblistenbrainz.ListenBrainz:
    if fan.token not in _scrobbler_cache:
        _scrobbler_cache[fan.token] = new_scrobbler(story.site, fan.token)
    return _scrobbler_cache[fan.token]


def parse_timestamp(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 time."""
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()
