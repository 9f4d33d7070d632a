"""Whether the sessions of all sockets are still valid, in one query."""

import pytest
from django.contrib.sessions.models import Session

from live.notices import NewNotice, post
from live.sessions import SocketSession, check_sessions, find_session
from tests.live.factories import create_person, create_session


@pytest.mark.parametrize("count", [1, 3])
def test_a_heartbeat_is_one_query_for_any_number_of_sockets(db: None, django_assert_num_queries, count: int) -> None:
    sessions = [find_session(create_session(create_person(f"fan{n}"))) for n in range(count)]
    post([NewNotice(sessions[0].person_id, "kind", "x:1")])

    with django_assert_num_queries(1):
        answers = check_sessions(sessions)

    assert answers == [1, 0, 0][:count]


def test_each_answer_belongs_to_its_own_session(db: None) -> None:
    ana, ben, cleo = create_person("ana"), create_person("ben"), create_person("cleo")
    post([NewNotice(cleo.pk, "kind", "x:1")] * 2)
    sessions = [find_session(create_session(person)) for person in (ana, ben, cleo)]
    Session.objects.filter(session_key=sessions[1].session_key).delete()

    assert check_sessions(sessions) == [0, None, 2]


def test_a_session_that_another_person_uses_now_is_not_valid(db: None) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    session_of_ana = find_session(create_session(ana))
    key_of_ben = create_session(ben)

    assert check_sessions([SocketSession(ana.pk, key_of_ben, session_of_ana.fingerprint)]) == [None]


def test_a_session_of_an_unknown_backend_is_not_valid(db: None) -> None:
    ana = create_person("ana")
    key = create_session(ana)
    store = Session.get_session_store_class()(key)
    store["_auth_user_backend"] = "somebody.elses.Backend"
    store.save()

    assert find_session(key) is None
