"""Who may open a socket, how many, and which messages close it."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from accounts.models import Person
from tests.live.conftest import OpenPage
from tests.live.factories import LivePage, create_session, post_notices
from tests.servers import Site, wait_until

# All tests use one database and two sites, a calm and a quick one, each with people of its own.
pytestmark = pytest.mark.shared_site


def test_without_a_valid_session_the_socket_is_closed(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    expired = create_session(ana)
    Session.objects.filter(session_key=expired).update(expire_date="2020-01-01T00:00Z")

    codes = [open_page(calm_site, key).close_code() for key in (None, "", "a" * 32, "\xfc'\"", expired)]

    assert codes == [4401] * 5


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null"])
def test_a_page_of_another_origin_is_refused(calm_site: Site, open_page: OpenPage, ana: Person, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        open_page(calm_site, create_session(ana), origin=origin)

    assert refused.value.response.status_code == 403


def test_a_missing_origin_and_other_paths_are_refused(calm_site: Site, ana: Person) -> None:
    cookie = {"Cookie": f"sessionid={create_session(ana)}"}

    for path, origin in [("/live/", None), ("/live", calm_site.url), ("/", calm_site.url)]:
        with pytest.raises(InvalidStatus) as refused:
            connect(calm_site.socket_url + path, origin=origin, additional_headers=cookie, proxy=None)
        assert refused.value.response.status_code == 403


def test_signing_out_closes_the_pages_of_that_session_at_once(
    calm_site: Site, open_page: OpenPage, ana: Person, client: Client
) -> None:
    client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    page, page_elsewhere = open_page(calm_site, client.session.session_key), open_page(calm_site, create_session(ana))
    page.receive_hello(), page_elsewhere.receive_hello()

    client.logout()

    assert page.close_code(within=3) == 4401
    post_notices(ana)
    assert page_elsewhere.receive_sequences(1) == [1]


@pytest.mark.parametrize("end", ["session", "password", "deactivated"])
def test_a_heartbeat_closes_a_page_that_is_no_longer_signed_in(
    quick_site: Site, open_page: OpenPage, ana: Person, end: str
) -> None:
    session = create_session(ana)
    page = open_page(quick_site, session)
    page.receive_hello()

    match end:
        case "session":
            Session.objects.filter(session_key=session).delete()
        case "password":
            ana.set_password("another one, quite long")
            ana.save()
        case "deactivated":
            Person.objects.filter(pk=ana.pk).update(is_active=False)

    assert page.close_code() == 4401


def test_a_page_stays_open_when_its_session_only_changed(quick_site: Site, open_page: OpenPage, ana: Person) -> None:
    session = create_session(ana)
    page = open_page(quick_site, session)
    page.receive_hello()

    store = Session.get_session_store_class()(session)
    store["colour"] = "blue"
    store.save()

    assert [page.receive()["type"] for _ in range(3)] == ["heartbeat"] * 3


def test_one_person_has_a_bounded_number_of_sockets(
    calm_site: Site, open_page: OpenPage, ana: Person, ben: Person
) -> None:
    session = create_session(ana)
    tabs = [open_page(calm_site, session) for _ in range(20)]
    assert [tab.receive_hello() for tab in tabs] == [0] * 20

    assert open_page(calm_site, session).close_code() == 4429
    assert open_page(calm_site, create_session(ben)).receive_hello() == 0
    tabs[0].link.close()
    wait_until(lambda: _is_accepted(open_page(calm_site, session)))  # the site takes a moment to see the close


def _is_accepted(page: LivePage) -> bool:
    try:
        return page.receive()["type"] == "hello"
    except ConnectionClosed:
        return False


# Invalid input


INVALID_MESSAGES = ["", "{", "[]", "1", "{}", '{"after": -1}', '{"after": 1.5}', '{"after": "1"}', '{"after": null}']
INVALID_MESSAGES += [
    '{"after": true}',
    '{"after": 9223372036854775808}',
    '{"after": 0, "kind": "x"}',
    '{"type": "notice"}',
]
INVALID_MESSAGES += ['{"after":' + "[" * 3000, '{"after": "\\ud800"}', '{"after": 0}\x00', b'{"after": 0}', b"\x00\xff"]


def test_an_invalid_message_closes_the_socket(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    session = create_session(ana)
    codes = []

    for message in INVALID_MESSAGES:
        page = open_page(calm_site, session)
        page.receive_hello()
        page.send(message)
        codes.append(page.close_code())

    assert codes == [4400] * len(INVALID_MESSAGES)
    for query in ("-1", "x", "1.5", "9223372036854775808", "%00", "%ff"):
        assert open_page(calm_site, session, after=query).close_code() == 4400


def test_a_message_that_is_too_large_closes_the_socket(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(calm_site, create_session(ana))
    page.receive_hello()

    page.send('{"after": 0}' + " " * 5000)

    assert page.close_code() in (1009, 4400)


def test_a_sequence_beyond_the_newest_hides_nothing(calm_site: Site, open_page: OpenPage, ana: Person) -> None:
    page = open_page(calm_site, create_session(ana), after=1_000_000)
    page.receive_hello()

    page.send({"after": 2**63 - 1})
    post_notices(ana)

    assert page.receive_sequences(1) == [1]
