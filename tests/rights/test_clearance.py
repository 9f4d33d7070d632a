from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Artist
from rights import clearance, grants, question
from rights.clearance_result import Clearance, ClearanceRefusal, ClearanceRequest
from rights.models import StoredClearance, Use
from tests import factories

MESSAGES = Use.PERSONAL_MESSAGE
pytestmark = pytest.mark.django_db


def ask_clearance(artist: Artist, territory: str = "") -> Clearance | ClearanceRefusal:
    return clearance.clear(MESSAGES, artist, territory=territory)


def expect_clearance(artist: Artist) -> Clearance:
    answer = ask_clearance(artist)
    assert isinstance(answer, Clearance)
    return answer


def test_a_clearance_is_stored_with_its_grant() -> None:
    artist = factories.create_artist()
    grant = grants.list_versions(artist).get()

    answer = expect_clearance(artist)

    assert answer.grants == ((grant.pk, 1),)
    assert list(StoredClearance.objects.get(pk=answer.id).grants.all()) == [grant]


def test_a_refusal_is_false_and_says_what_is_missing() -> None:
    answer = ask_clearance(factories.create_artist(granted=False))

    assert not answer
    assert isinstance(answer, ClearanceRefusal)
    assert answer.missing == ("Mara Veil (artist): personal messages are off",)
    assert StoredClearance.objects.count() == 0


def test_the_same_clearance_twice_is_one_row() -> None:
    artist = factories.create_artist()

    assert expect_clearance(artist) == expect_clearance(artist)
    assert StoredClearance.objects.count() == 1


def test_a_clearance_ends_with_its_grant() -> None:
    artist = factories.create_artist()
    before = expect_clearance(artist)

    grants.switch_off(artist, MESSAGES, by=factories.get_member(artist, "principal"))

    assert not ask_clearance(artist)
    assert clearance.still_clear([before.id]) == set()


def test_a_renewed_grant_is_another_clearance_and_the_one_before_is_still_clear() -> None:
    artist = factories.create_artist()
    before = expect_clearance(artist)

    grants.switch_on(artist, MESSAGES, by=factories.get_member(artist, "principal"), fresh=True)
    after = expect_clearance(artist)

    assert before.id != after.id
    assert clearance.still_clear([before.id, after.id]) == {before.id, after.id}


def test_a_grant_for_some_countries_covers_only_those() -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, "principal")
    grants.switch_on(artist, MESSAGES, by=principal, fresh=True, territories=["PT", "DE"])

    brazil, everywhere = ask_clearance(artist, "BR"), ask_clearance(artist)

    assert ask_clearance(artist, "PT")
    assert isinstance(brazil, ClearanceRefusal)
    assert brazil.missing == ("Mara Veil (artist): personal messages are not allowed in Brazil",)
    assert isinstance(everywhere, ClearanceRefusal)
    assert everywhere.missing == ("Mara Veil (artist): personal messages are not allowed in every country",)


def test_a_grant_with_an_end_ends_by_itself() -> None:
    artist = factories.create_artist(granted=False)
    until = timezone.now() + timedelta(days=1)
    grants.switch_on(artist, MESSAGES, by=factories.get_member(artist, "principal"), fresh=True, until=until)
    answer = expect_clearance(artist)

    assert answer.until == until
    assert clearance.still_clear([answer.id]) == {answer.id}
    assert clearance.still_clear([answer.id], until) == set()
    assert clearance.find_missing(MESSAGES, artist, at=until) is not None
    assert clearance.find_missing(MESSAGES, artist) is None


def test_an_unknown_id_is_never_clear() -> None:
    assert clearance.still_clear([987_654_321]) == set()


def test_one_request_needs_as_many_queries_as_six() -> None:
    artists = [factories.create_artist(name) for name in ("Mara Veil", "Ove Lind", "Ida Koro")]
    requests = [ClearanceRequest(MESSAGES, artist.pk, territory) for artist in artists for territory in ("PT", "DE")]

    with CaptureQueriesContext(connection) as one:
        clearance.clear_all(requests[:1])
    with CaptureQueriesContext(connection) as many:
        answers = clearance.clear_all(requests)

    assert all(answers.values())
    assert len(one) == len(many)
    assert len({answer.id for answer in answers.values() if isinstance(answer, Clearance)}) == 6


def test_each_of_many_requests_finds_its_own_stored_clearance() -> None:
    artists = [factories.create_artist(f"Artist {n}", granted=n != 1) for n in range(3)]
    stored = {artist.pk: expect_clearance(artist).id for artist in artists if artist != artists[1]}

    found = question.ask([ClearanceRequest(MESSAGES, artist.pk) for artist in artists])

    assert [each.stored_id for each in found] == [stored[artists[0].pk], None, stored[artists[2].pk]]
