"""The demo's simulated fans submit plausible listens and now and then reach a moment."""

import json
import time
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from accounts.models import Token
from artists.models import Draft, Moment
from config.demo.artist_data import MARA
from config.demo.scrobblers import GAP_SECONDS, TOKEN_NAME
from config.demo.simulator import Simulator
from config.processes import BACKGROUND_COMMANDS
from events.kafka import create_topics
from events.models import Outbox
from fans.models import Engagement, OptIn
from listens.models import Listen
from tests import servers
from tests.servers import Broker, Database, Processes, Site


@pytest.fixture
def processes(demo_database: Database, tmp_path) -> Processes:
    """As in tests/conftest.py, on the demo's database."""
    with servers.run_processes(tmp_path / "processes") as started:
        yield started


def outbox_plays() -> list[tuple[str, float, float]]:
    """Fan, start and end of each listen in the outbox."""
    rows = Outbox.objects.filter(keep_until_counted=True).order_by("pk")
    listens = [json.loads(bytes(row.value))["data"] for row in rows]
    starts = [datetime.fromisoformat(listen["started_at"]).timestamp() for listen in listens]
    lengths = [listen["track"]["duration_ms"] / 1000 for listen in listens]
    return [
        (listen["user_id"], start, start + length)
        for listen, start, length in zip(listens, starts, lengths, strict=True)
    ]


def test_the_api_accepts_the_listens_and_none_overlaps_or_is_in_the_future(live_site: Site) -> None:
    before = dict(Engagement.objects.values_list("pk", "listens"))
    simulator = Simulator(live_site.url, every=5, rng=Random(1))
    began = time.time()

    sentences = [simulator.step(began + second) for second in range(60)]
    simulator.close()

    sent = outbox_plays()
    assert len(sent) == simulator.sent > 40
    assert any(sentences)
    assert all(start + (end - start) / 2 <= began + 60 for _, start, end in sent)
    last = {str(person): at for person, at in _last_ends()}
    for fan, start, end in sent:
        assert start >= last.get(fan, 0) + GAP_SECONDS
        last[fan] = end
    assert dict(Engagement.objects.values_list("pk", "listens")) == before  # only the consumer counts


def _last_ends() -> list[tuple[object, float]]:
    latest = Listen.objects.order_by("person", "-started_at").distinct("person")
    return [(listen.person_id, listen.started_at.timestamp() + (listen.duration_ms or 0) / 1000) for listen in latest]


def test_mara_gets_as_many_moments_as_one_person_can_review_and_others_get_more(live_site: Site) -> None:
    simulator = Simulator(live_site.url, rng=Random(5))
    began, half_an_hour = time.time() - 1800, range(0, 1800, 5)

    sentences = [simulator.step(began + second) or "" for second in half_an_hour]
    simulator.close()

    moments = [sentence for sentence in sentences if "just reached a moment" in sentence]
    of_mara = [sentence for sentence in moments if sentence.endswith("that Mara Veil answers")]
    assert 8 <= len(of_mara) <= 15
    assert len(moments) > 2 * len(of_mara)


def test_their_listens_become_a_draft_in_the_studio(broker: Broker, live_site: Site, processes: Processes) -> None:
    create_topics()
    for command in BACKGROUND_COMMANDS.values():
        processes.start(*command)
    drafts = Draft.objects.count()
    simulator = Simulator(live_site.url, every=0, rng=Random(2))

    deadline = time.time() + 30
    while not simulator.step(time.time()) and time.time() < deadline:
        pass
    simulator.close()

    servers.wait_until(lambda: Draft.objects.count() > drafts, seconds=30)
    written = Draft.objects.latest("pk")
    assert written.state == "pending"
    assert OptIn.objects.filter(person=written.person_id, artist=written.artist_id, ended_at=None).exists()
    assert Moment.objects.get(pk=written.moment_id).noticed_at > datetime.now(UTC) - timedelta(minutes=2)


def test_the_guest_is_not_simulated(live_site: Site) -> None:
    simulator = Simulator(live_site.url)

    handles = {fan.person.handle for fan in simulator.fans.values()}
    simulator.close()

    assert len(handles) == 59
    assert "ana" not in handles


def test_tokens_of_an_earlier_run_are_revoked(live_site: Site) -> None:
    killed = Simulator(live_site.url)
    killed.client.close()

    again = Simulator(live_site.url)
    usable = Token.objects.usable().filter(name=TOKEN_NAME).count()
    again.close()

    assert usable == 59
    assert not Token.objects.usable().filter(name=TOKEN_NAME)


def test_while_the_site_is_unreachable_no_time_is_used_up(demo_database: Database) -> None:
    simulator = Simulator("http://127.0.0.1:9", rng=Random(1))
    free = {pk: fan.free_at for pk, fan in simulator.fans.items()}

    sentences = [simulator.step(time.time()) for _ in range(5)]
    simulator.close()

    assert (sentences, simulator.sent) == ([None] * 5, 0)
    assert {pk: fan.free_at for pk, fan in simulator.fans.items()} == free
    assert Engagement.objects.filter(artist__slug=MARA).exists()
