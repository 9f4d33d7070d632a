"""Kill each process in the middle of 5,000 listens: every acknowledged listen is counted once, and all is soon back."""

import json
import os
import signal
import threading
import time
import urllib.request
from dataclasses import dataclass, field

import pytest
from django.db.models import Sum

from accounts.models import Token
from artists.models import Draft, Moment
from config.processes import BACKGROUND_COMMANDS
from events.kafka import create_topics
from events.models import Outbox
from fans.models import Engagement
from listens.models import Listen
from tests import factories
from tests.servers import Processes, RestartableBroker, Site, wait_until
from worker.supervisor import terminate

FANS, BATCHES, BATCH_SIZE = 10, 10, 50  # 5,000 listens
# Seconds from the restart until it works again; more where others keep the machine busy.
RECOVERY_SECONDS = 10 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))
SECONDS_A_LISTEN = 200


@dataclass
class SubmittingFans:
    """Fans who submit their batches one after the other, trying again until the door says yes."""

    site: Site
    tokens: list[str]
    acknowledged: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def submit(self, token: str, batch: int) -> None:
        began = 1_700_000_000 + batch * BATCH_SIZE * SECONDS_A_LISTEN
        payload = [
            {
                "listened_at": began + number * SECONDS_A_LISTEN,
                "track_metadata": {"track_name": "Salt Radio", "artist_name": "Mara Veil"},
            }
            for number in range(BATCH_SIZE)
        ]
        self.post(token, {"listen_type": "import", "payload": payload})
        with self.lock:
            self.acknowledged += BATCH_SIZE

    def post(self, token: str, body: object) -> None:
        request = urllib.request.Request(
            f"{self.site.url}/1/submit-listens", json.dumps(body).encode(), {"Authorization": f"Token {token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer) == {"status": "ok"}

    def everybody(self, batches: range) -> None:
        for batch in batches:
            for token in self.tokens:
                self.submit(token, batch)

    def play_now(self) -> None:
        """One live listen of every fan."""
        at = int(time.time()) - 400
        listen = {"listened_at": at, "track_metadata": {"track_name": "Salt Radio", "artist_name": "Mara Veil"}}
        for token in self.tokens:
            self.post(token, {"listen_type": "single", "payload": [listen]})


@dataclass
class RunningSystem:
    """Everything that runs, and how each part is started again."""

    processes: Processes
    broker: RestartableBroker
    crowd: SubmittingFans
    running: dict[str, object] = field(default_factory=dict)

    def start(self, name: str) -> None:
        if name == "tansu":
            self.broker.start()
        else:
            self.running[name] = self.processes.start(*BACKGROUND_COMMANDS[name])

    def kill(self, name: str) -> None:
        if name == "tansu":
            self.broker.kill()
        else:
            terminate(self.running[name], signal.SIGKILL)


@pytest.fixture
def house(fragile_broker: RestartableBroker, processes: Processes, live_site: Site) -> RunningSystem:
    create_topics()
    artist = factories.create_artist("Mara Veil")
    factories.create_recording(artist, "Salt Radio")
    factories.create_program(artist, nth=BATCHES * BATCH_SIZE + 1)
    tokens = []
    for number in range(FANS):
        fan = factories.create_fan(f"fan-{number}", opted_in=artist)
        token, secret = Token.generate(fan, name="player")
        token.save()
        tokens.append(secret)
    built = RunningSystem(processes, fragile_broker, SubmittingFans(live_site, tokens))
    for name in BACKGROUND_COMMANDS:
        built.start(name)
    return built


@pytest.mark.parametrize("victim", ["consume", "relay", "work", "tansu"])
def test_every_acknowledged_listen_is_counted_once_whoever_is_killed(house: RunningSystem, victim: str) -> None:
    crowd = house.crowd
    submitting = threading.Thread(target=crowd.everybody, args=(range(BATCHES),))
    submitting.start()
    wait_until(lambda: Listen.objects.count() >= 500, seconds=60)

    house.kill(victim)
    time.sleep(1)
    house.start(victim)
    back = time.monotonic()
    counted = Listen.objects.count()
    wait_until(
        lambda: Listen.objects.count() > counted or counted == FANS * BATCHES * BATCH_SIZE, seconds=RECOVERY_SECONDS
    )
    progress = time.monotonic() - back
    submitting.join()
    wait_until(lambda: Listen.objects.count() >= crowd.acknowledged, seconds=60)
    crowd.play_now()
    wait_until(lambda: Draft.objects.count() == FANS, seconds=RECOVERY_SECONDS)
    wait_until(lambda: not Outbox.objects.filter(rests=True).exists(), seconds=RECOVERY_SECONDS)

    every = FANS * BATCHES * BATCH_SIZE + FANS
    assert progress < RECOVERY_SECONDS
    assert crowd.acknowledged == FANS * BATCHES * BATCH_SIZE
    assert Listen.objects.count() == every
    assert Engagement.objects.aggregate(all=Sum("listens"))["all"] == every
    assert list(Engagement.objects.values_list("listens", flat=True)) == [BATCHES * BATCH_SIZE + 1] * FANS
    assert Moment.objects.count() == FANS
