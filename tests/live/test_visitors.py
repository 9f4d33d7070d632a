"""Whether a session stands, for all sockets in one question."""

import pytest
from django.contrib.sessions.models import Session

from live.notices import New, post
from live.visitors import Visitor, recognise, standing
from tests.live.conftest import person, sign_in


@pytest.mark.parametrize("count", [1, 3])
def test_a_heartbeat_is_one_query_for_any_number_of_sockets(db: None, django_assert_num_queries, count: int) -> None:
    visitors = [recognise(sign_in(person(f"fan{n}"))) for n in range(count)]
    post([New(visitors[0].person_id, "kind", "x:1")])

    with django_assert_num_queries(1):
        answers = standing(visitors)

    assert answers == [1, 0, 0][:count]


def test_each_answer_belongs_to_its_own_visitor(db: None) -> None:
    ana, ben, cleo = person("ana"), person("ben"), person("cleo")
    post([New(cleo.pk, "kind", "x:1")] * 2)
    visitors = [recognise(sign_in(one)) for one in (ana, ben, cleo)]
    Session.objects.filter(session_key=visitors[1].session_key).delete()

    assert standing(visitors) == [0, None, 2]


def test_a_session_now_used_by_somebody_else_stands_for_nobody(db: None) -> None:
    ana, ben = person("ana"), person("ben")
    anas = recognise(sign_in(ana))
    bens = sign_in(ben)

    assert standing([Visitor(ana.pk, bens, anas.seal)]) == [None]


def test_a_session_of_a_backend_that_we_do_not_have_is_none(db: None) -> None:
    ana = person("ana")
    key = sign_in(ana)
    store = Session.get_session_store_class()(key)
    store["_auth_user_backend"] = "somebody.elses.Backend"
    store.save()

    assert recognise(key) is None
