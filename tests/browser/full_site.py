"""The full site for browser tests: the web server and all background processes, on a database of its own."""

import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.test import override_settings

from ai.provenance import keys
from config.database import use_database
from config.smoke.mailbox import plain_text, read_messages
from events.kafka import create_topics
from live import publisher
from tests import servers
from tests.servers import Database, Processes, Site, wait_until
from worker.embedded import find_free_port

PIPELINE_TIMEOUT_SECONDS = 20  # for several processes that work one after the other on a busy machine
MAIL_LINK = re.compile(r"/accounts/(?:confirm-email|password/reset/key)/[^/\s\"]+/|/invitations/[\w-]+")
FIRST_LISTEN_AGE_SECONDS = 300 * 40  # how long ago the first listen that a test sends began


@dataclass
class FullSite:
    """The running processes. A test sends something to the site and waits for the result."""

    site: Site
    mail: Path
    processes: Processes
    sent: dict[str, int] = field(default_factory=dict)

    def send_listens(self, secret: str, artist: str, times: int, *, title: str = "Night Bus") -> None:
        """Submit listens through the ListenBrainz API. Each begins after the one before has ended."""
        for _ in range(times):
            number = self.sent[secret] = self.sent.get(secret, 0) + 1
            track = {"artist_name": artist, "track_name": title, "additional_info": {"duration_ms": 200_000}}
            at = int(time.time()) - FIRST_LISTEN_AGE_SECONDS + number * 300
            response = requests.post(
                f"{self.site.url}/1/submit-listens",
                json={"listen_type": "single", "payload": [{"listened_at": at, "track_metadata": track}]},
                headers={"Authorization": f"Token {secret}"},
                timeout=10,
            )
            assert response.json() == {"status": "ok"}, response.text

    def mail_link_for(self, address: str) -> str:
        """Wait for a mail to this address and return the path of its link."""

        def find_link() -> str | None:
            for message in read_messages(self.mail):
                link = MAIL_LINK.search(plain_text(message))
                if address == message["To"] and link:
                    return link[0]
            return None

        return wait_until(find_link, seconds=PIPELINE_TIMEOUT_SECONDS) or ""


@contextmanager
def run_full_site(template_database: Database, folder: Path) -> Iterator[FullSite]:
    """Run the site without DEBUG, the relay, the consumer and the workers, on a copy of the template."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.create_database(template=template_database))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        prefix = f"b{uuid.uuid4().hex[:8]}."
        keys.create(folder / "keys", organisation="Fanfare test")
        for name, value in _environment(database, folder, prefix).items():
            patch.setenv(name, value)
        stack.enter_context(override_settings(KAFKA_TOPIC_PREFIX=prefix))
        stack.enter_context(use_database(NAME=database.name))
        stack.enter_context(_fresh_publisher())
        create_topics()
        processes = Processes(folder)
        stack.callback(processes.end)
        assert processes.start("collectstatic", "--noinput", "-v", "0").wait(60) == 0, processes.logs[-1].read_text()
        patch.setattr(settings, "STRIPE_URL", os.environ["SIMULATED_PAYMENTS_URL"])
        for command in (["relay"], ["consume"], ["work", "all"]):
            processes.start(*command)
        site = servers.start_site(processes)
        patch.setattr(settings, "SITE_URL", site.url)
        yield FullSite(site, folder / "mail", processes)


def _environment(database: Database, folder: Path, topic_prefix: str) -> dict[str, str]:
    """The environment of the processes."""
    return {
        "AUDIO_ROOT": str(folder / "audio"),
        "DATABASE_URL": database.url,
        "MAIL_DIR": str(folder / "mail"),
        "DEBUG": "0",
        "ALLOW_SIMULATED_PAYMENTS": "1",
        "SIMULATED_PAYMENTS_URL": f"http://127.0.0.1:{find_free_port()}",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "0",
        "KAFKA_TOPIC_PREFIX": topic_prefix,
        "LIVE_HEARTBEAT_SECONDS": "2",
        "LLM_INTERNAL_HOSTS": "127.0.0.1",
        "PROVENANCE_FOLDER": str(folder / "keys"),
        "RENDER_CACHE": str(folder / "renders"),
        "STATIC_ROOT": str(folder / "static"),
    }


@contextmanager
def _fresh_publisher() -> Iterator[None]:
    """A publisher in this process that knows the topics of this site, and ends with it."""
    publisher._publisher.reset()
    yield
    publisher._publisher.close()
    if publisher._publisher._thread.ident:
        publisher._publisher._thread.join(10)


def skip_without_broker() -> None:
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        pytest.skip("no KAFKA_BOOTSTRAP_SERVERS: run under `manage.py embedded --`")
