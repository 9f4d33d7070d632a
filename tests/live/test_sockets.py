"""An open page receives each notice once and in order, whatever got lost on the way."""

import pytest
from django.utils import timezone

from accounts.models import Person
from live import notices
from tests.live.conftest import OpenPage
from tests.live.factories import create_session, post_and_roll_back, post_notices, post_without_push
from tests.servers import Broker, Processes, RestartableBroker, Site, wait_until


def test_two_pages_receive_each_notice_once_and_in_order(
    broker: Broker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    session = create_session(ana)
    tabs = [open_page(calm_site, session), open_page(calm_site, session)]
    assert [tab.receive_hello() for tab in tabs] == [0, 0]

    for n in range(20):
        post_notices(ana, reference=f"experience:{n}")

    for tab in tabs:
        assert tab.receive_notices(20) == [
            {"type": "notice", "sequence": n + 1, "kind": "experience.delivered", "reference": f"experience:{n}"}
            for n in range(20)
        ]


@pytest.mark.shared_site
def test_a_person_receives_only_their_own_notices(
    quick_site: Site, open_page: OpenPage, ana: Person, ben: Person
) -> None:
    anas, bens = open_page(quick_site, create_session(ana)), open_page(quick_site, create_session(ben))
    anas.receive_hello(), bens.receive_hello()

    post_notices(ana)
    post_notices(ben, reference="experience:2")

    assert anas.receive_sequences(1) == [1]
    message = bens.receive_until("notice")[-1]
    assert message == {"type": "notice", "sequence": 1, "kind": "experience.delivered", "reference": "experience:2"}
    bens.send({"after": 0})
    assert {message["type"] for message in bens.receive_until("heartbeat")} == {"heartbeat"}


@pytest.mark.shared_site
def test_a_page_that_reconnects_receives_what_it_missed_once(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    session = create_session(ana)
    for _ in range(5):
        post_notices(ana)

    by_url, by_message = open_page(calm_site, session, after=2), open_page(calm_site, session)
    assert [by_url.receive_hello(), by_message.receive_hello()] == [5, 5]
    by_message.send({"after": 2})
    by_message.send({"after": 2})
    assert [by_url.receive_sequences(3), by_message.receive_sequences(3)] == [[3, 4, 5], [3, 4, 5]]
    post_notices(ana)

    assert [by_url.receive_sequences(1), by_message.receive_sequences(1)] == [[6], [6]]


@pytest.mark.shared_site
def test_a_request_for_earlier_notices_sends_only_what_was_not_sent(
    calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    post_without_push(*[ana] * 450)  # so many hints at once could overflow the queue of the page
    page = open_page(calm_site, create_session(ana))
    assert page.receive_hello() == 450

    page.send({"after": 449})
    page.send({"after": 0})
    post_notices(ana)

    assert sorted(page.receive_sequences(451)) == list(range(1, 452))


def test_nothing_is_lost_that_is_posted_while_a_page_reconnects(
    broker: Broker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    session = create_session(ana)
    last, sequences = 0, []

    for _ in range(10):
        post_notices(ana), post_notices(ana)
        page = open_page(calm_site, session, after=last)
        post_notices(ana)
        page.receive_hello()
        received = page.receive_sequences(3)
        sequences += received
        last = received[-1]
        page.link.close()

    assert sequences == list(range(1, 31))


def test_a_heartbeat_repairs_a_lost_push(broker: Broker, quick_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(quick_site, create_session(ana))
    page.receive_hello()

    lost = post_without_push(ana)

    received = [message for message in page.receive_until("notice") if message != {"type": "heartbeat", "newest": 0}]
    assert received == [{"type": "notice", "sequence": 1, "kind": lost.kind, "reference": lost.reference}]
    assert page.receive() == {"type": "heartbeat", "newest": 1}


def test_a_push_that_skips_a_sequence_brings_the_missing_notice_too(
    broker: Broker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    page = open_page(calm_site, create_session(ana))
    page.receive_hello()

    post_without_push(ana)
    post_notices(ana)

    assert page.receive_sequences(2) == [1, 2]


@pytest.mark.shared_site
def test_a_page_that_reads_too_slowly_is_told_to_resync_and_misses_nothing(
    calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    page = open_page(calm_site, create_session(ana))
    page.receive_hello()

    for _ in range(3):  # far more than 64 between two looks of the event loop
        post_notices(*[ana] * 1500)

    messages: list[dict] = []
    while not messages or messages[-1].get("sequence") != 4500:
        messages.append(page.receive())
    assert [message["sequence"] for message in messages if message["type"] == "notice"] == list(range(1, 4501))
    assert {"type": "resync"} in messages


def test_a_page_that_asks_for_deleted_notices_is_told_to_resync(
    calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    session = create_session(ana)
    post_notices(ana, ana, ana)
    notices.delete_older_than(timezone.now())
    post_notices(ana)

    resumed, after_the_deleted = open_page(calm_site, session, after=1), open_page(calm_site, session, after=3)

    assert [resumed.receive_hello(), after_the_deleted.receive_hello()] == [4, 4]
    assert [message["type"] for message in resumed.receive_notices(2)] == ["resync", "notice"]
    assert after_the_deleted.receive_sequences(1) == [4]
    after_the_deleted.send({"after": 0})
    assert after_the_deleted.receive_notices(1) == [{"type": "resync"}]


@pytest.mark.shared_site
def test_a_notice_that_was_rolled_back_is_not_sent(quick_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(quick_site, create_session(ana))
    page.receive_hello()

    post_and_roll_back(ana)

    assert page.receive_until("heartbeat") == [{"type": "heartbeat", "newest": 0}]


# A broker that goes away and comes back


def test_notices_are_pushed_again_after_a_broker_was_killed_and_came_back_empty(
    fragile_broker: RestartableBroker,
    calm_site: Site,
    open_page: OpenPage,
    ana: Person,
    processes: Processes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = open_page(calm_site, create_session(ana))
    page.receive_hello()
    post_notices(ana)
    assert page.receive_sequences(1) == [1]

    fragile_broker.kill()
    post_notices(ana)
    wait_until(lambda: "notices cannot be pushed" in caplog.text, seconds=20)
    wait_until(lambda: "no notices from Kafka" in processes.logs[-1].read_text(), seconds=20)
    fragile_broker.start()
    post_notices(ana)

    assert page.receive_sequences(2, within=10) == [2, 3]
    post_notices(ana)
    assert page.receive_sequences(1, within=10) == [4]
