"""Holds: a draft that one member looks at is not given to another."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import Person
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


def make_drafts(artist: Artist, count: int) -> list[Draft]:
    """Pending drafts. Each has a later deadline than the one before, because it was written later."""
    return [factories.create_pending_draft(artist) for _ in range(count)]


def hold_for(draft: Draft, person: Person, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the draft for less than the usual time, so that no test waits."""
    with monkeypatch.context() as patch:
        patch.setattr(holds, "HOLD_SECONDS", seconds)
        holds.hold_draft(draft, by=person)


def test_each_reviewer_gets_the_earliest_draft_that_nobody_else_holds(artist: Artist) -> None:
    first, second, _ = make_drafts(artist, 3)
    mara, ines = member_client(artist, "principal"), member_client(artist, "reviewer")

    shown = [shown_draft_id(client.get(f"/studio/{artist.slug}/review")) for client in (mara, ines, mara)]

    assert shown == [first.pk, second.pk, first.pk]


def test_concurrent_requests_get_different_drafts(committing_db: Database) -> None:
    artist = factories.create_artist()
    drafts = make_drafts(artist, 2)
    people = [factories.get_member(artist, role) for role in ("principal", "editor", "reviewer")]

    ids = run_at_once(*[lambda person=person: holds.hold_next(artist, by=person) for person in people])

    assert sorted(ids, key=lambda pk: pk or 0) == [None, *(draft.pk for draft in drafts)]


def test_a_held_draft_says_who_holds_it(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))
    ines = member_client(artist, "reviewer")
    path = f"/studio/{artist.slug}/review/{draft.pk}"

    page, answer = ines.get(path), ines.post(f"{path}/approve", {"revision": 1})

    assert "Mara principal is looking at this one" in visible_text(page)
    assert "data-key" not in page.content.decode()
    assert (answer.status_code, "Mara principal is looking at this one" in visible_text(answer)) == (409, True)
    draft.refresh_from_db()
    assert draft.state == "pending"


def test_a_hold_ends_by_itself(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    [draft] = make_drafts(artist, 1)
    hold_for(draft, factories.get_member(artist, "principal"), 0, monkeypatch)

    draft_id = holds.hold_next(artist, by=factories.get_member(artist, "reviewer"))

    assert draft_id == draft.pk


def test_an_open_page_learns_that_somebody_else_holds_its_draft_now(
    artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    [draft] = make_drafts(artist, 1)
    mara, ines = member_client(artist, "principal"), factories.get_member(artist, "reviewer")
    mara.get(f"/studio/{artist.slug}/review")
    hold_for(draft, factories.get_member(artist, "principal"), 0, monkeypatch)
    holds.hold_next(artist, by=ines)

    answer = mara.post(f"/studio/{artist.slug}/review/{draft.pk}/hold", headers={"HX-Request": "true"})

    assert "Mara reviewer is looking at this one" in visible_text(answer)


def test_an_open_page_renews_its_hold(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    [draft] = make_drafts(artist, 1)
    mara = member_client(artist, "principal")
    mara.get(f"/studio/{artist.slug}/review")
    hold_for(draft, factories.get_member(artist, "principal"), 2, monkeypatch)

    mara.post(f"/studio/{artist.slug}/review/{draft.pk}/hold")

    renewed = Draft.objects.filter(pk=draft.pk, held_until__gt=Now() + timedelta(seconds=80))
    assert renewed.exists()


@pytest.mark.parametrize("action", ["leave", "skip"])
def test_leaving_or_skipping_a_draft_releases_it_at_once(artist: Artist, action: str) -> None:
    [draft] = make_drafts(artist, 1)
    mara = member_client(artist, "principal")
    mara.get(f"/studio/{artist.slug}/review")

    mara.post(
        f"/studio/{artist.slug}/review/{draft.pk}/{action}", headers={"HX-Request": "true"} if action == "leave" else {}
    )

    assert holds.hold_next(artist, by=factories.get_member(artist, "reviewer")) == draft.pk


def test_nobody_can_release_the_hold_of_somebody_else(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    mara = factories.get_member(artist, "principal")
    holds.hold_draft(draft, by=mara)

    member_client(artist, "reviewer").post(f"/studio/{artist.slug}/review/{draft.pk}/leave")

    draft.refresh_from_db()
    assert draft.held_by == mara.actor


def test_skipped_drafts_come_again_after_the_others(artist: Artist) -> None:
    first, second = make_drafts(artist, 2)
    mara = member_client(artist, "principal")
    path = f"/studio/{artist.slug}/review"
    shown = shown_draft_id(mara.get(path))

    then = [shown_draft_id(mara.post(f"{path}/{draft.pk}/skip", follow=True)) for draft in (first, second)]

    assert [shown, *then] == [first.pk, second.pk, first.pk]


def test_the_page_says_who_holds_the_remaining_drafts(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    holds.hold_draft(draft, by=factories.get_member(artist, "principal"))

    answer = signed_in_client(factories.get_member(artist, "reviewer")).get(f"/studio/{artist.slug}/review")

    assert "Nothing left for you Mara principal is looking at this one" in visible_text(answer)


def test_a_decided_draft_is_given_to_nobody(artist: Artist) -> None:
    [draft] = make_drafts(artist, 1)
    review.decline(draft.pk, by=factories.get_member(artist, "principal"))

    assert holds.hold_next(artist, by=factories.get_member(artist, "reviewer")) is None
