"""The roster's page of a label, and the page on which the artist's team answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person
from artists.label.roster import list_roster
from catalog.models import Artist
from rights import parties, roster
from rights.models import Party, RosterEntry
from tests import factories
from tests.artists.studio.pages import fresh_member_client, member_client, signed_in_client, visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(label: Party, artist: Artist) -> RosterEntry:
    return owners.propose(label, artist)


def with_password(person: Person) -> Person:
    """Who has a password is asked for it; who has none is sent to sign in."""
    person.set_password(factories.PASSWORD)
    person.save()
    return person


def accept(entry: RosterEntry) -> None:
    roster.answer(entry, accepted=True, by=factories.get_member(entry.artist, "principal"), fresh=True)


def test_a_label_asks_an_artist_by_name_and_the_artist_says_yes(label: Party, artist: Artist) -> None:
    client = factories.fresh_client(owners.get_signer(label))

    asked = visible_text(client.post(f"/label/{label.pk}/", {"artist": "mara VEIL"}, follow=True))
    entry = RosterEntry.objects.get()
    answered = visible_text(
        fresh_member_client(artist, "owner").post(
            f"/studio/{artist.slug}/labels/{entry.pk}", {"do": "accept"}, follow=True
        )
    )

    assert "Mara Veil is asked. It counts once they say yes." in asked
    assert "Waits for Mara Veil ’s yes" in asked
    assert "You are on the roster of Harbor Lane." in answered
    assert "Both said yes" in visible_text(client.get(f"/label/{label.pk}/"))


def test_a_label_sees_what_the_artist_switched_on_once_both_said_yes(
    entry: RosterEntry, label: Party, artist: Artist
) -> None:
    client = factories.fresh_client(owners.get_signer(label))
    page, words = f"/label/{label.pk}/", "lets AI make"

    assert words not in visible_text(client.get(page))
    [row] = list_roster(label).rows
    assert row.uses == ""
    accept(entry)
    assert f"{words} messages" in visible_text(client.get(page))


def test_the_overview_of_the_studio_says_who_asks_to_whoever_may_answer(entry: RosterEntry, artist: Artist) -> None:
    path, words = f"/studio/{artist.slug}/", "Harbor Lane wants you on its roster"

    assert words in visible_text(member_client(artist, "owner").get(path))
    assert words not in visible_text(member_client(artist, "editor").get(path))
    roster.answer(entry, accepted=False, by=factories.get_member(artist, "owner"), fresh=False)
    assert words not in visible_text(member_client(artist, "owner").get(path))


def test_asking_needs_a_recent_password(label: Party, artist: Artist) -> None:
    client = signed_in_client(with_password(owners.get_signer(label)))
    answer = client.post(f"/label/{label.pk}/", {"artist": artist.slug})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not RosterEntry.objects.exists()


def test_a_yes_needs_a_recent_password_and_a_no_needs_none(entry: RosterEntry, artist: Artist) -> None:
    client = signed_in_client(with_password(factories.get_member(artist, "principal")))
    path = f"/studio/{artist.slug}/labels/{entry.pk}"

    assert client.post(path, {"do": "accept"})["Location"].startswith("/accounts/reauthenticate/")
    page = visible_text(client.post(path, {"do": "refuse"}, follow=True))

    assert "Harbor Lane reads that you said no." in page
    assert "Answered with no" in page


@pytest.mark.parametrize("name", ["Nobody at all", "Ove Lind"])
def test_an_artist_who_is_not_found_or_is_two_stays_in_the_field(label: Party, name: str) -> None:
    for slug in ("ove-lind", "ove-lind-2"):
        factories.create_artist("Ove Lind", slug=slug)

    page = factories.fresh_client(owners.get_signer(label)).post(f"/label/{label.pk}/", {"artist": name})

    assert page.status_code == 422
    assert f'value="{name}"' in page.content.decode()
    assert "No artist, or more than one, goes by this." in visible_text(page)


def test_the_roster_counts_the_labels_own_recordings_and_says_what_the_artist_permits(
    entry: RosterEntry, label: Party, artist: Artist
) -> None:
    accept(entry)
    for title in ("Salt Radio", "Night Bus"):
        owners.own(label, factories.create_recording(artist, title))
    factories.create_recording(artist, "Not the label’s")
    owners.permit(parties.get_artist_party(artist), "remix")

    page = visible_text(signed_in_client(owners.get_signer(label)).get(f"/label/{label.pk}/"))

    assert "2 recordings of yours lets AI make messages and remixes Both said yes" in page
    assert "1 artist, 2 recordings in all." in page


def test_an_artist_leaves_at_the_end_of_a_day_in_the_time_zone_of_who_says_so(
    entry: RosterEntry, artist: Artist, label: Party
) -> None:
    accept(entry)
    owner = factories.get_member(artist, "owner")
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    day = timezone.localdate() + timedelta(days=9)

    client = signed_in_client(owner)
    client.post(f"/studio/{artist.slug}/labels/{entry.pk}", {"do": "end", "last_day": day.isoformat()})

    entry.refresh_from_db()
    assert entry.live_until
    assert entry.live_until.isoformat() == f"{day}T15:00:00+00:00"
    assert "Leaves on" in visible_text(signed_in_client(owners.get_signer(label)).get(f"/label/{label.pk}/"))


@pytest.mark.parametrize("day", ["2001-01-01", "9999-12-31", "soon"])
def test_a_day_that_cannot_be_the_last_changes_nothing(entry: RosterEntry, artist: Artist, day: str) -> None:
    accept(entry)

    page = member_client(artist, "owner").post(
        f"/studio/{artist.slug}/labels/{entry.pk}", {"do": "end", "last_day": day}
    )

    entry.refresh_from_db()
    assert (page.status_code, entry.live_until) == (422, None)


def test_a_form_sent_twice_says_that_it_was_over(entry: RosterEntry, label: Party) -> None:
    client, path = signed_in_client(owners.get_signer(label)), f"/label/{label.pk}/roster/{entry.pk}/end"

    first = visible_text(client.post(path, follow=True))
    second = visible_text(client.post(path, follow=True))

    assert "Taken back." in first
    assert "This ended or was answered in the meantime." in second


def test_a_person_of_both_kinds_of_teams_sees_both_entrances(label: Party, artist: Artist) -> None:
    person = owners.get_signer(label)
    artist.team.members.create(person=person, role="editor")
    client = signed_in_client(person)

    for path in ("/", f"/studio/{artist.slug}/team", f"/label/{label.pk}/"):
        page = client.get(path).content.decode()
        assert f'href="/label/{label.pk}/"' in page, path
        assert f'href="/studio/{artist.slug}/"' in page, path


def test_the_entrance_opens_the_only_rightsholder_and_says_where_none_is(label: Party) -> None:
    assert signed_in_client(owners.get_signer(label)).get("/label/")["Location"] == f"/label/{label.pk}/"
    assert "You act for no label or publisher" in visible_text(signed_in_client(factories.create_fan()).get("/label/"))
