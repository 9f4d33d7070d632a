"""From the API through Kafka to rows, with the relay and the consumer as processes."""

import time

import liblistenbrainz
import pytest
from django.db import transaction

from accounts import tokens
from catalog import registration
from events.models import DeadLetter, Outbox
from events.outbox import Outgoing, put
from fans.models import Engagement
from listens.models import Listen
from tests.listens.factories import make_fan
from tests.servers import Broker, Database, Processes, Site, wait_until


@pytest.mark.broker
def test_accepted_listens_are_counted_once_and_leave_the_outbox(
    committing_db: Database, broker: Broker, live_site: Site, processes: Processes
) -> None:
    ana = make_fan("ana")
    ada = registration.add_artist("Ada", "ada", by="system:operator")
    registration.add_recording(ada, "Night Train", by="system:operator")
    scrobbler = liblistenbrainz.ListenBrainz(api_base_url=live_site.url)
    scrobbler.set_auth_token(tokens.create(ana, "mpd", by=ana)[1])
    start = int(time.time()) - 7200
    listens = [liblistenbrainz.Listen("Night Train", "Ada", listened_at=start + 240 * n) for n in range(20)]
    processes.start("relay")
    consumer = processes.start("consume")

    for listen in listens[:10]:
        scrobbler.submit_single_listen(listen)
    scrobbler.submit_single_listen(listens[0])  # a retry
    scrobbler.submit_playing_now(liblistenbrainz.Listen("Night Train", "Ada"))
    scrobbler.submit_multiple_listens(listens[5:])

    wait_until(lambda: Outbox.objects.count() == 0, seconds=60)
    assert Listen.objects.count() == 20
    assert Engagement.objects.get().listens == 20
    assert DeadLetter.objects.count() == 0
    consumer.terminate()
    assert consumer.wait(timeout=10) == 0


@pytest.mark.broker
def test_an_unreadable_record_becomes_a_dead_letter_with_its_reason(
    committing_db: Database, broker: Broker, processes: Processes
) -> None:
    with transaction.atomic():
        put([Outgoing("listens.v1", b"x", b"nonsense", keep_until_counted=True)])
    processes.start("relay")
    processes.start("consume")

    wait_until(lambda: Outbox.objects.count() == 0, seconds=60)
    letter = DeadLetter.objects.get()
    assert bytes(letter.value or b"") == b"nonsense"
    assert letter.reason.startswith("not a CloudEvent: ")
