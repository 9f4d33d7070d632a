"""What an open page hears: each notice once, in order, whatever got lost on the way."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from accounts.models import Person
from tests.live.conftest import LivePage, OpenPage, create_session, post_and_roll_back, post_notices, post_without_push
from tests.servers import Broker, RestartableBroker, Site


def hello(page: LivePage) -> int:
    message = page.next()
    assert message["type"] == "hello"
    return message["newest"]


def test_two_pages_hear_each_notice_once_and_in_order(
    broker: Broker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    session = create_session(ana)
    tabs = [open_page(calm_site, session), open_page(calm_site, session)]
    assert [hello(tab) for tab in tabs] == [0, 0]

    for n in range(20):
        post_notices(ana, reference=f"experience:{n}")

    for tab in tabs:
        assert tab.notices(20) == [
            {"type": "notice", "sequence": n + 1, "kind": "experience.delivered", "reference": f"experience:{n}"}
            for n in range(20)
        ]


def test_a_stranger_hears_nothing(quick_site: Site, open_page: OpenPage, ana: Person, ben: Person) -> None:
    anas, bens = open_page(quick_site, create_session(ana)), open_page(quick_site, create_session(ben))
    hello(anas), hello(bens)

    post_notices(ana)
    post_notices(ben, reference="experience:2")

    assert anas.hear(1) == [1]
    heard = bens.until("notice")[-1]
    assert heard == {"type": "notice", "sequence": 1, "kind": "experience.delivered", "reference": "experience:2"}
    bens.say({"after": 0})
    assert {message["type"] for message in bens.until("heartbeat")} == {"heartbeat"}


def test_who_comes_back_hears_what_was_missed_once(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    session = create_session(ana)
    for _ in range(5):
        post_notices(ana)

    by_address, by_message = open_page(calm_site, session, after=2), open_page(calm_site, session)
    assert [hello(by_address), hello(by_message)] == [5, 5]
    by_message.say({"after": 2})
    by_message.say({"after": 2})
    assert [by_address.hear(3), by_message.hear(3)] == [[3, 4, 5], [3, 4, 5]]
    post_notices(ana)

    assert [by_address.hear(1), by_message.hear(1)] == [[6], [6]]


def test_reaching_back_further_tells_only_what_was_not_told(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    post_notices(*[ana] * 450)
    page = open_page(calm_site, create_session(ana))
    assert hello(page) == 450

    page.say({"after": 449})
    page.say({"after": 0})
    post_notices(ana)

    assert sorted(page.hear(451)) == list(range(1, 452))


def test_nothing_falls_between_coming_back_and_what_happens_meanwhile(
    broker: Broker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    session = create_session(ana)
    last, heard = 0, []

    for _ in range(10):
        post_notices(ana), post_notices(ana)
        page = open_page(calm_site, session, after=last)
        post_notices(ana)
        hello(page)
        now = page.hear(3)
        heard += now
        last = now[-1]
        page.link.close()

    assert heard == list(range(1, 31))


def test_a_heartbeat_repairs_a_push_that_was_lost(
    broker: Broker, quick_site: Site, open_page: OpenPage, ana: Person
) -> None:
    page = open_page(quick_site, create_session(ana))
    hello(page)

    lost = post_without_push(ana)

    heard = [message for message in page.until("notice") if message != {"type": "heartbeat", "newest": 0}]
    assert heard == [{"type": "notice", "sequence": 1, "kind": lost.kind, "reference": lost.reference}]
    assert page.next() == {"type": "heartbeat", "newest": 1}


def test_a_push_that_skips_a_number_brings_the_missing_one_along(
    broker: Broker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    page = open_page(calm_site, create_session(ana))
    hello(page)

    post_without_push(ana)
    post_notices(ana)

    assert page.hear(2) == [1, 2]


def test_a_page_that_reads_too_slowly_is_told_to_look_again_and_misses_nothing(
    calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    page = open_page(calm_site, create_session(ana))
    hello(page)

    for _ in range(3):  # far more than 64 between two looks of the event loop
        post_notices(*[ana] * 1500)

    messages: list[dict] = []
    while not messages or messages[-1].get("sequence") != 4500:
        messages.append(page.next())
    assert [one["sequence"] for one in messages if one["type"] == "notice"] == list(range(1, 4501))
    assert {"type": "resync"} in messages


def test_nobody_hears_of_what_was_rolled_back(quick_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(quick_site, create_session(ana))
    hello(page)

    post_and_roll_back(ana)

    assert page.until("heartbeat") == [{"type": "heartbeat", "newest": 0}]


# Who may listen


def test_without_a_session_the_door_is_closed(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    expired = create_session(ana)
    Session.objects.filter(session_key=expired).update(expire_date="2020-01-01T00:00Z")

    codes = [open_page(calm_site, key).closed() for key in (None, "", "a" * 32, "\xfc'\"", expired)]

    assert codes == [4401] * 5


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null"])
def test_another_origin_is_refused(calm_site: Site, open_page: OpenPage, ana: Person, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        open_page(calm_site, create_session(ana), origin=origin)

    assert refused.value.response.status_code == 403


def test_no_origin_and_other_addresses_are_refused(calm_site: Site, ana: Person) -> None:
    cookie = {"Cookie": f"sessionid={create_session(ana)}"}

    for address, origin in [("/live/", None), ("/live", calm_site.url), ("/", calm_site.url)]:
        with pytest.raises(InvalidStatus) as refused:
            connect(calm_site.socket_url + address, origin=origin, additional_headers=cookie, proxy=None)
        assert refused.value.response.status_code == 403


def test_signing_out_closes_the_pages_of_that_session_at_once(
    calm_site: Site, open_page: OpenPage, ana: Person, client: Client
) -> None:
    client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    here, elsewhere = open_page(calm_site, client.session.session_key), open_page(calm_site, create_session(ana))
    hello(here), hello(elsewhere)

    client.logout()

    assert here.closed(within=3) == 4401
    post_notices(ana)
    assert elsewhere.hear(1) == [1]


@pytest.mark.parametrize("end", ["session", "password", "deactivated"])
def test_a_heartbeat_closes_a_page_that_is_no_longer_signed_in(
    quick_site: Site, open_page: OpenPage, ana: Person, end: str
) -> None:
    session = create_session(ana)
    page = open_page(quick_site, session)
    hello(page)

    match end:
        case "session":
            Session.objects.filter(session_key=session).delete()
        case "password":
            ana.set_password("another one, quite long")
            ana.save()
        case "deactivated":
            Person.objects.filter(pk=ana.pk).update(is_active=False)

    assert page.closed() == 4401


def test_a_session_that_merely_changed_stays(quick_site: Site, open_page: OpenPage, ana: Person) -> None:
    session = create_session(ana)
    page = open_page(quick_site, session)
    hello(page)

    store = Session.get_session_store_class()(session)
    store["colour"] = "blue"
    store.save()

    assert [page.next()["type"] for _ in range(3)] == ["heartbeat"] * 3


def test_one_person_has_a_bounded_number_of_sockets(
    calm_site: Site, open_page: OpenPage, ana: Person, ben: Person
) -> None:
    session = create_session(ana)
    tabs = [open_page(calm_site, session) for _ in range(20)]
    assert [hello(tab) for tab in tabs] == [0] * 20

    assert open_page(calm_site, session).closed() == 4429
    assert hello(open_page(calm_site, create_session(ben))) == 0
    tabs[0].link.close()
    time.sleep(0.5)
    assert hello(open_page(calm_site, session)) == 0


# Bad input


NONSENSE = ["", "{", "[]", "1", "{}", '{"after": -1}', '{"after": 1.5}', '{"after": "1"}', '{"after": null}']
NONSENSE += ['{"after": true}', '{"after": 9223372036854775808}', '{"after": 0, "kind": "x"}', '{"type": "notice"}']
NONSENSE += ['{"after":' + "[" * 3000, '{"after": "\\ud800"}', '{"after": 0}\x00', b'{"after": 0}', b"\x00\xff"]


def test_what_cannot_be_understood_closes_the_socket(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    session = create_session(ana)
    codes = []

    for nonsense in NONSENSE:
        page = open_page(calm_site, session)
        hello(page)
        page.say(nonsense)
        codes.append(page.closed())

    assert codes == [4400] * len(NONSENSE)
    for query in ("-1", "x", "1.5", "9223372036854775808", "%00", "%ff"):
        assert open_page(calm_site, session, after=query).closed() == 4400


def test_a_message_too_large_closes_the_socket(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(calm_site, create_session(ana))
    hello(page)

    page.say('{"after": 0}' + " " * 5000)

    assert page.closed() in (1009, 4400)


def test_a_number_nobody_has_reached_hides_nothing(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(calm_site, create_session(ana), after=1_000_000)
    hello(page)

    page.say({"after": 2**63 - 1})
    post_notices(ana)

    assert page.hear(1) == [1]


# A broker that goes and comes


def test_a_broker_that_was_killed_and_is_back_empty_pushes_again(
    fragile_broker: RestartableBroker, calm_site: Site, open_page: OpenPage, ana: Person
) -> None:
    page = open_page(calm_site, create_session(ana))
    hello(page)
    post_notices(ana)
    assert page.hear(1) == [1]

    fragile_broker.kill()
    post_notices(ana)
    time.sleep(3)
    fragile_broker.start()
    back = time.monotonic()
    post_notices(ana)

    assert page.hear(2, within=10) == [2, 3]
    assert time.monotonic() - back < 10
    post_notices(ana)
    assert page.hear(1, within=10) == [4]
