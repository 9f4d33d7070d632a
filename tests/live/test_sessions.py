"""Whether a session stands, for all sockets in one question."""

import pytest
from django.contrib.sessions.models import Session

from live.notices import NewNotice, post
from live.sessions import SocketSession, check_sessions, find_session
from tests.live.conftest import create_person, create_session


@pytest.mark.parametrize("count", [1, 3])
def test_a_heartbeat_is_one_query_for_any_number_of_sockets(db: None, django_assert_num_queries, count: int) -> None:
    visitors = [find_session(create_session(create_person(f"fan{n}"))) for n in range(count)]
    post([NewNotice(visitors[0].person_id, "kind", "x:1")])

    with django_assert_num_queries(1):
        answers = check_sessions(visitors)

    assert answers == [1, 0, 0][:count]


def test_each_answer_belongs_to_its_own_visitor(db: None) -> None:
    ana, ben, cleo = create_person("ana"), create_person("ben"), create_person("cleo")
    post([NewNotice(cleo.pk, "kind", "x:1")] * 2)
    visitors = [find_session(create_session(one)) for one in (ana, ben, cleo)]
    Session.objects.filter(session_key=visitors[1].session_key).delete()

    assert check_sessions(visitors) == [0, None, 2]


def test_a_session_now_used_by_somebody_else_stands_for_nobody(db: None) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    anas = find_session(create_session(ana))
    bens = create_session(ben)

    assert check_sessions([SocketSession(ana.pk, bens, anas.fingerprint)]) == [None]


def test_a_session_of_a_backend_that_we_do_not_have_is_none(db: None) -> None:
    ana = create_person("ana")
    key = create_session(ana)
    store = Session.get_session_store_class()(key)
    store["_auth_user_backend"] = "somebody.elses.Backend"
    store.save()

    assert find_session(key) is None
