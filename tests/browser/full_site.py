"""A whole house for the tests in a browser: the site and everything behind it, on a database of its own."""

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
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import override_settings

from accounts import tokens
from accounts.models import Person
from artists import holds, review
from artists.models import Draft, Program
from catalog.models import Artist
from config.database import use_database
from config.smoke.mailbox import plain_text, read_messages
from events.kafka import create_topics
from fans.models import Experience
from live import publisher
from tests import factories, servers
from tests.servers import Database, Processes, Site, wait_until

PASSWORD = "a lantern on the quay"
PIPELINE_TIMEOUT_SECONDS = 20  # for what several processes do one after the other, on a machine that may be busy
MAIL_LINK = re.compile(r"/accounts/(?:confirm-email|password/reset/key)/[^/\s\"]+/|/invitations/[\w-]+")
FIRST_LISTEN_AGE_SECONDS = 300 * 40  # seconds ago: when the first listen that a test sends began


@dataclass
class FullSite:
    """Everybody in it works on its own; a test gives them something to do and waits for what comes of it."""

    site: Site
    mail: Path
    processes: Processes
    sent: dict[str, int] = field(default_factory=dict)

    def listens(self, secret: str, artist: str, times: int, *, title: str = "Night Bus") -> None:
        """Through the scrobblers' door, as honest listens: each begins when the one before has ended."""
        for _ in range(times):
            number = self.sent[secret] = self.sent.get(secret, 0) + 1
            track = {"artist_name": artist, "track_name": title, "additional_info": {"duration_ms": 200_000}}
            at = int(time.time()) - FIRST_LISTEN_AGE_SECONDS + number * 300
            answer = requests.post(
                f"{self.site.url}/1/submit-listens",
                json={"listen_type": "single", "payload": [{"listened_at": at, "track_metadata": track}]},
                headers={"Authorization": f"Token {secret}"},
                timeout=10,
            )
            assert answer.json() == {"status": "ok"}, answer.text

    def letter_to(self, address: str) -> str:
        """The path of the link in the newest mail to somebody."""

        def found() -> str | None:
            for letter in read_messages(self.mail):
                link = MAIL_LINK.search(plain_text(letter))
                if address == letter["To"] and link:
                    return link[0]
            return None

        return wait_until(found, seconds=PIPELINE_TIMEOUT_SECONDS) or ""


@contextmanager
def run_full_site(template: Database, folder: Path) -> Iterator[FullSite]:
    """The site as it stands in front of people (DEBUG off), the relay, the consumer and the workers."""
    with ExitStack() as stack:
        made = stack.enter_context(servers.create_database(template=template))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        own = {"DATABASE_URL": made.url, "DATABASE_OWNER_URL": made.owner_url, "MAIL_DIR": str(folder / "mail")}
        prefix = f"b{uuid.uuid4().hex[:8]}."
        public = {"DEBUG": "0", "SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "0"}
        news = {"KAFKA_TOPIC_PREFIX": prefix, "LIVE_HEARTBEAT_SECONDS": "2", "STATIC_ROOT": str(folder / "static")}
        for name, value in {**own, **public, **news}.items():
            patch.setenv(name, value)
        stack.enter_context(override_settings(KAFKA_TOPIC_PREFIX=prefix, DATABASE_OWNER_URL=made.owner_url))
        stack.enter_context(use_database(NAME=made.name))
        stack.enter_context(_fresh_publisher())
        create_topics()
        processes = Processes(folder)
        stack.callback(processes.end)
        assert processes.start("collectstatic", "--noinput", "-v", "0").wait(60) == 0, processes.logs[-1].read_text()
        for command in (["relay"], ["consume"], ["work", "all"]):
            processes.start(*command)
        site = servers.start_site(processes)
        patch.setattr(settings, "SITE_URL", site.url)
        yield FullSite(site, folder / "mail", processes)


@contextmanager
def _fresh_publisher() -> Iterator[None]:
    """One that knows the topics of this house, and ends with it."""
    publisher._publisher.reset()
    yield
    publisher._publisher.close()
    if publisher._publisher._thread.ident:
        publisher._publisher._thread.join(10)


# What the tests begin with. The workers of the house do their part by themselves, so it is waited for.


def with_password(person: Person) -> Person:
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    return person


def token_of(person: Person) -> str:
    return tokens.create(person, "player", by=person)[1]


def a_pending_draft(artist: Artist, fan: Person | None = None, *, program: Program | None = None) -> Draft:
    """Written by the worker, waiting for a decision."""
    program = program or artist.programs.filter(state=Program.State.LIVE).first() or factories.create_program(artist)
    moment = factories.create_moment(Program.objects.select_related("current", "artist").get(pk=program.pk), fan)
    drafts = Draft.objects.select_related("artist", "person", "version__program").filter(moment=moment)
    draft = wait_until(drafts.first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert draft
    return draft


def approved(draft: Draft, **about: str) -> Experience:
    """By the principal, without grace, and delivered by the worker."""
    factories.remove_undo_time(draft.artist)
    review.approve(draft.pk, by=factories.get_member(draft.artist, "principal"), **about)
    there = Experience.objects.select_related("person", "artist").filter(draft=draft.pk)
    experience = wait_until(there.first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert experience
    return experience


def an_experience(artist: Artist, fan: Person | None = None, *, program: Program | None = None) -> Experience:
    return approved(a_pending_draft(artist, fan, program=program))


def look_at(draft: Draft, person: Person) -> None:
    """This person has it in front of them now."""
    holds.hold_draft(draft, by=person)


def skip_without_broker() -> None:
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        pytest.skip("no KAFKA_BOOTSTRAP_SERVERS: run under `manage.py embedded --`")
