"""The people of the smoke run, its state, and how a fan submits listens."""

import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from accounts.models import Person
from config.processes import manage_argv
from config.smoke.browser import Browser
from config.smoke.checks import require
from config.smoke.sockets import OpenSocket, SocketClient

LISTENS_NEEDED = 10
SONGS = [("Salt Radio", 214), ("Night Bus", 187), ("Glass Houses", 242)]
RARE_SONG = ("Low Tide", 201)  # its program has a short deadline, and nobody decides its draft
LONGEST_SONG_SECONDS = 300


@dataclass
class Fan:
    """A fan with a browser, and with a scrobbler that has `token`."""

    browser: Browser
    socket: OpenSocket | None = None
    token: str = ""
    listens_sent: int = 0

    @property
    def name(self) -> str:
        return self.browser.name


@dataclass
class SmokeRun:
    """The state of one run: the site, its people, and the drafts and lines that the stages collect."""

    site: str
    mail: Path
    extra_fans: int
    """How many fans besides the named ones, for the latency figures."""
    sockets: SocketClient
    http: requests.Session = field(default_factory=requests.Session)
    """The connections of the fans' scrobblers."""
    people: dict[str, Browser] = field(default_factory=dict)
    fans: dict[str, Fan] = field(default_factory=dict)
    crowd: list[Fan] = field(default_factory=list)
    reviewer_socket: OpenSocket | None = None
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    report_lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http.trust_env = False  # no proxy between us and our own machine

    def report(self, line: str) -> None:
        """Add a line to what is printed after the stage."""
        self.report_lines.append(line)

    def all_fans(self) -> list[Fan]:
        return [*self.fans.values(), *self.crowd]

    def new_browser(self, name: str, handle: str) -> Browser:
        return Browser(self.site, self.mail, name, handle)


def find_person(run: SmokeRun, part: str) -> Person:
    return Person.objects.get(email=run.people[part].email)


def run_manage_command(*words: str) -> None:
    """Run a management command to its end. Raises SmokeFailed if it fails."""
    done = subprocess.run(manage_argv(*words), capture_output=True, text=True, check=False)  # noqa: S603 - our own
    require(done.returncode == 0, f"manage.py {' '.join(words)} works: {done.stderr[-400:]}")


def submit_listen(run: SmokeRun, fan: Fan, song: tuple[str, int], *, artist: str = "Mara Veil") -> None:
    """Submit one listen that is over and that starts after the fan's one before it ended."""
    title, seconds = song
    start = int(time.time()) - (LISTENS_NEEDED + 5 - fan.listens_sent) * LONGEST_SONG_SECONDS
    info = {"duration_ms": seconds * 1000, "media_player": "fanfare smoke run"}
    track = {"track_name": title, "artist_name": artist, "additional_info": info}
    response = run.http.post(
        f"{run.site}/1/submit-listens",
        json={"listen_type": "single", "payload": [{"listened_at": start, "track_metadata": track}]},
        headers={"Authorization": f"Token {fan.token}"},
        timeout=30,
    )
    require(
        response.text == '{"status":"ok"}',
        f"the API accepts a listen of {fan.name}: {response.status_code} {response.text[:400]}",
    )
    fan.listens_sent += 1


def parse_timestamp(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 time."""
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()
