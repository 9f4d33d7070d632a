"""The demo's listeners: honest listens, through the door, and now and then a moment."""

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
from events.models import Outbox
from fans.models import Engagement, OptIn
from listens.models import Listen
from tests import servers
from tests.servers import Broker, Database, Processes, Site


@pytest.fixture
def processes(lived_in: Database, tmp_path) -> Processes:
    folder = tmp_path / "processes"
    folder.mkdir()
    started = Processes(folder)
    yield started
    started.end()


def outbox_plays() -> list[tuple[str, float, float]]:
    """What waits for Kafka: fan, start and end of each listen."""
    told = [json.loads(bytes(row.value))["data"] for row in Outbox.objects.filter(rests=True).order_by("pk")]
    starts = [datetime.fromisoformat(each["started_at"]).timestamp() for each in told]
    lengths = [each["track"]["duration_ms"] / 1000 for each in told]
    return [(each["user_id"], start, start + long) for each, start, long in zip(told, starts, lengths, strict=True)]


def test_the_door_takes_listens_of_which_none_overlaps_and_none_is_of_the_future(live_site: Site) -> None:
    before = dict(Engagement.objects.values_list("pk", "listens"))
    simulator = Simulator(live_site.url, every=5, rng=Random(1))
    began = time.time()

    said = [simulator.step(began + turn) for turn in range(60)]
    simulator.close()

    sent = outbox_plays()
    assert len(sent) == simulator.sent > 40
    assert any(said)
    assert all(start + (end - start) / 2 <= began + 60 for _, start, end in sent)
    last = {str(person): at for person, at in _last_ends()}
    for fan, start, end in sent:
        assert start >= last.get(fan, 0) + GAP_SECONDS
        last[fan] = end
    assert dict(Engagement.objects.values_list("pk", "listens")) == before  # nothing is counted but by the consumer


def _last_ends() -> list[tuple[object, float]]:
    latest = Listen.objects.order_by("person", "-started_at").distinct("person")
    return [(each.person_id, each.started_at.timestamp() + (each.duration_ms or 0) / 1000) for each in latest]


def test_one_person_can_read_what_mara_is_to_answer_and_the_others_are_busy(live_site: Site) -> None:
    simulator = Simulator(live_site.url, rng=Random(5))
    began, half_an_hour = time.time() - 1800, range(0, 1800, 5)

    said = [simulator.step(began + second) or "" for second in half_an_hour]
    simulator.close()

    moments = [sentence for sentence in said if "just reached a moment" in sentence]
    of_mara = [sentence for sentence in moments if sentence.endswith("that Mara Veil answers")]
    assert 8 <= len(of_mara) <= 15
    assert len(moments) > 2 * len(of_mara)


def test_what_they_hear_becomes_a_draft_in_the_studio(broker: Broker, live_site: Site, processes: Processes) -> None:
    assert processes.start("prepare").wait(60) == 0
    for command in (["relay"], ["consume"], ["work", "all"]):
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


def test_ana_is_left_to_whoever_tries_the_demo(live_site: Site) -> None:
    simulator = Simulator(live_site.url)

    handles = {fan.person.handle for fan in simulator.fans.values()}
    simulator.close()

    assert len(handles) == 59
    assert "ana" not in handles


def test_tokens_are_of_one_run_alone(live_site: Site) -> None:
    killed = Simulator(live_site.url)
    killed.client.close()

    again = Simulator(live_site.url)
    usable = Token.objects.usable().filter(name=TOKEN_NAME).count()
    again.close()

    assert usable == 59
    assert not Token.objects.usable().filter(name=TOKEN_NAME)


def test_a_site_that_is_away_costs_nothing(lived_in: Database) -> None:
    simulator = Simulator("http://127.0.0.1:9", rng=Random(1))
    free = {pk: fan.free_at for pk, fan in simulator.fans.items()}

    said = [simulator.step(time.time()) for _ in range(5)]
    simulator.close()

    assert (said, simulator.sent) == ([None] * 5, 0)
    assert {pk: fan.free_at for pk, fan in simulator.fans.items()} == free
    assert Engagement.objects.filter(artist__slug=MARA).exists()
