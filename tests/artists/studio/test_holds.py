from datetime import timedelta

import pytest
from django.db.models.functions import Now

from artists import holds, review
from artists.models import Draft
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import member_client, shown_draft_id, signed_in_client, visible_text
from tests.concurrency import run_at_once
from tests.servers import Database


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def make_drafts(artist: Artist, many: int) -> list[Draft]:
    """With deadlines an hour apart, the first one first."""
    made = [factories.create_pending_draft(artist) for _ in range(many)]
    for place, draft in enumerate(made):
        Draft.objects.filter(pk=draft.pk).update(deadline=Now() + timedelta(hours=place + 1))
    return made


def expire_hold(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(held_until=Now() - timedelta(seconds=1))


def test_each_reviewer_is_handed_the_earliest_that_nobody_else_looks_at(artist: Artist) -> None:
    first, second, _ = make_drafts(artist, 3)
    mara, ines = member_client(artist, "principal"), member_client(artist, "reviewer")

    given = [shown_draft_id(client.get(f"/studio/{artist.slug}/review")) for client in (mara, ines, mara)]

    assert given == [first.pk, second.pk, first.pk]


def test_two_who_ask_at_the_same_moment_get_two_drafts(committing_db: Database) -> None:
    artist = factories.create_artist()
    two = make_drafts(artist, 2)
    people = [factories.get_member(artist, role) for role in ("principal", "editor", "reviewer")]

    given = run_at_once(*[lambda person=person: holds.hold_next(artist, by=person) for person in people])

    assert sorted(given, key=lambda pk: pk or 0) == [None, *(draft.pk for draft in two)]


def test_a_direct_link_to_a_draft_that_somebody_looks_at_says_who(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))
    ines = member_client(artist, "reviewer")
    path = f"/studio/{artist.slug}/review/{draft.pk}"

    looked, tried = ines.get(path), ines.post(f"{path}/approve", {"revision": 1})

    assert "Mara principal is looking at this one" in visible_text(looked)
    assert "data-key" not in looked.content.decode()
    assert (tried.status_code, "Mara principal is looking at this one" in visible_text(tried)) == (409, True)
    draft.refresh_from_db()
    assert draft.state == "pending"


def test_a_lease_ends_by_itself(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))
    expire_hold(draft)

    given = holds.hold_next(artist, by=factories.get_member(artist, "reviewer"))

    assert given == draft.pk


def test_who_lost_the_lease_to_somebody_else_hears_of_it_in_the_open_page(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    mara, ines = member_client(artist, "principal"), factories.get_member(artist, "reviewer")
    mara.get(f"/studio/{artist.slug}/review")
    expire_hold(draft)
    holds.hold_next(artist, by=ines)

    answer = mara.post(f"/studio/{artist.slug}/review/{draft.pk}/hold", headers={"HX-Request": "true"})

    assert "Mara reviewer is looking at this one" in visible_text(answer)


def test_an_open_page_keeps_its_draft(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    mara = member_client(artist, "principal")
    mara.get(f"/studio/{artist.slug}/review")
    Draft.objects.filter(pk=draft.pk).update(held_until=Now() + timedelta(seconds=2))

    mara.post(f"/studio/{artist.slug}/review/{draft.pk}/hold")

    kept = Draft.objects.filter(pk=draft.pk, held_until__gt=Now() + timedelta(seconds=80))
    assert kept.exists()


@pytest.mark.parametrize("way", ["leave", "skip"])
def test_who_leaves_lets_go_at_once(artist: Artist, way: str) -> None:
    [draft] = make_drafts(artist, 1)
    mara = member_client(artist, "principal")
    mara.get(f"/studio/{artist.slug}/review")

    mara.post(
        f"/studio/{artist.slug}/review/{draft.pk}/{way}", headers={"HX-Request": "true"} if way == "leave" else {}
    )

    assert holds.hold_next(artist, by=factories.get_member(artist, "reviewer")) == draft.pk


def test_nobody_can_let_go_for_somebody_else(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    mara = factories.get_member(artist, "principal")
    holds.hold_draft(draft, by=mara)

    member_client(artist, "reviewer").post(f"/studio/{artist.slug}/review/{draft.pk}/leave")

    draft.refresh_from_db()
    assert draft.held_by == mara.actor


def test_what_was_skipped_comes_again_after_everything_else(artist: Artist) -> None:
    first, second = make_drafts(artist, 2)
    mara = member_client(artist, "principal")
    path = f"/studio/{artist.slug}/review"
    given = shown_draft_id(mara.get(path))

    then = [shown_draft_id(mara.post(f"{path}/{draft.pk}/skip", follow=True)) for draft in (first, second)]

    assert [given, *then] == [first.pk, second.pk, first.pk]


def test_when_others_have_all_that_is_left_the_page_says_who(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))

    answer = signed_in_client(factories.get_member(artist, "reviewer")).get(f"/studio/{artist.slug}/review")

    assert "Nothing left for you Mara principal is looking at this one" in visible_text(answer)


def test_a_decided_draft_is_handed_to_nobody(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    review.decline(draft.pk, by=factories.get_member(artist, "principal"))

    assert holds.hold_next(artist, by=factories.get_member(artist, "reviewer")) is None
