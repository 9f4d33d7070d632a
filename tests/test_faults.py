"""Kill one process or the broker during 5,000 listens: each listen is counted once, and work goes on soon."""

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
# From the restart until it works again. A busy machine gets more.
RECOVERY_SECONDS = 10 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))
SECONDS_A_LISTEN = 200


@dataclass
class SubmittingFans:
    """Fans who submit their batches one after the other."""

    site: Site
    tokens: list[str]
    acknowledged: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def submit(self, token: str, batch: int) -> None:
        first = 1_700_000_000 + batch * BATCH_SIZE * SECONDS_A_LISTEN
        payload = [
            {
                "listened_at": first + number * SECONDS_A_LISTEN,
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

    def submit_all(self, batches: range) -> None:
        for batch in batches:
            for token in self.tokens:
                self.submit(token, batch)

    def play_now(self) -> None:
        """Submit one live listen of every fan."""
        at = int(time.time()) - 400
        listen = {"listened_at": at, "track_metadata": {"track_name": "Salt Radio", "artist_name": "Mara Veil"}}
        for token in self.tokens:
            self.post(token, {"listen_type": "single", "payload": [listen]})


@dataclass
class RunningSystem:
    """All processes, to be killed and started again."""

    processes: Processes
    broker: RestartableBroker
    fans: SubmittingFans
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
def running_system(fragile_broker: RestartableBroker, processes: Processes, live_site: Site) -> RunningSystem:
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
    system = RunningSystem(processes, fragile_broker, SubmittingFans(live_site, tokens))
    for name in BACKGROUND_COMMANDS:
        system.start(name)
    return system


@pytest.mark.parametrize("victim", ["consume", "relay", "work", "tansu"])
def test_every_acknowledged_listen_is_counted_once_when_a_process_is_killed(
    running_system: RunningSystem, victim: str
) -> None:
    fans = running_system.fans
    submitting = threading.Thread(target=fans.submit_all, args=(range(BATCHES),))
    submitting.start()
    wait_until(lambda: Listen.objects.count() >= 500, seconds=60)

    running_system.kill(victim)
    acknowledged = fans.acknowledged
    wait_until(lambda: fans.acknowledged >= acknowledged + 5 * BATCH_SIZE or not submitting.is_alive(), seconds=60)
    running_system.start(victim)
    restarted_at = time.monotonic()
    counted = Listen.objects.count()
    wait_until(
        lambda: Listen.objects.count() > counted or counted == FANS * BATCHES * BATCH_SIZE, seconds=RECOVERY_SECONDS
    )
    seconds_to_recover = time.monotonic() - restarted_at
    submitting.join()
    wait_until(lambda: Listen.objects.count() >= fans.acknowledged, seconds=60)
    fans.play_now()
    wait_until(lambda: Draft.objects.count() == FANS, seconds=RECOVERY_SECONDS)
    wait_until(lambda: not Outbox.objects.filter(keep_until_counted=True).exists(), seconds=RECOVERY_SECONDS)

    total = FANS * BATCHES * BATCH_SIZE + FANS
    assert seconds_to_recover < RECOVERY_SECONDS
    assert fans.acknowledged == FANS * BATCHES * BATCH_SIZE
    assert Listen.objects.count() == total
    assert Engagement.objects.aggregate(all=Sum("listens"))["all"] == total
    assert list(Engagement.objects.values_list("listens", flat=True)) == [BATCHES * BATCH_SIZE + 1] * FANS
    assert Moment.objects.count() == FANS
