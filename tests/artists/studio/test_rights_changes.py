"""What changed about an artist's rights: whoever changed it, in plain words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import roles
from accounts.models import Role
from artists.studio.history import list_history
from artists.studio.rights_changes import list_changes
from catalog import registration
from catalog.models import Artist
from rights import agreements, claims, grants, roster
from rights.agreements import Scope, Terms
from rights.grants import Songs
from rights.models import Party, Use
from tests import factories
from tests.artists.remix_notes import agree
from tests.artists.studio.pages import member_client, visible_text
from tests.fans.pages import count_queries
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


def changes(artist: Artist, limit: int = 50) -> list[str]:
    """The sentences, newest first, as the principal reads them."""
    found, _ = list_changes(artist, factories.get_member(artist, Role.PRINCIPAL), limit=limit)
    return [" ".join(f"{each.actor} {each.words} {each.subject}".split()) + each.after for each in found]


def test_ones_own_presses_are_one_line_each(artist: Artist) -> None:
    song, principal = factories.create_recording(artist), factories.get_member(artist, Role.PRINCIPAL)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, recording=song)

    assert changes(artist) == [
        "You switched personal messages on for Salt Radio",
        "You switched personal messages off for Salt Radio",
        "You switched personal messages on for all songs",
    ]


def test_what_a_label_says_about_the_artist_is_there_by_its_name(artist: Artist, label: Party) -> None:
    song = factories.create_recording(artist)
    owners.own(label, song)
    signer = owners.get_signer(label)
    grants.permit(label, Use.REMIX, Songs(artist), by=signer, fresh=True)
    grants.refuse(label, Use.REMIX, Songs(artist, song), by=signer)
    grants.permit(label, Use.DJ, Songs(), by=signer, fresh=True)

    told = changes(artist)

    assert told[:4] == [
        "Harbor Lane switched DJ sets on for all songs",
        "Harbor Lane switched remixes off for Salt Radio",
        "Harbor Lane switched remixes on for all songs",
        "Harbor Lane confirmed a share of Salt Radio",
    ]
    assert signer.display_name not in "".join(told)


def test_what_a_label_says_about_others_is_not_there(artist: Artist, label: Party) -> None:
    other = factories.create_artist("Ove Lind")
    owners.own(label, factories.create_recording(other, "Low Tide"))
    grants.permit(label, Use.REMIX, Songs(other), by=owners.get_signer(label), fresh=True)
    grants.permit(label, Use.DJ, Songs(), by=owners.get_signer(label), fresh=True)

    assert changes(artist) == ["You switched personal messages on for all songs"]


def test_the_roster_begins_and_ends(artist: Artist, label: Party) -> None:
    entry = owners.add_to_roster(label, artist)
    roster.end(entry, by=owners.get_signer(label))

    assert changes(artist)[:2] == [
        "Harbor Lane no longer has the artist on its roster",
        "Harbor Lane has the artist on its roster",
    ]


def test_an_agreement_is_one_line_when_it_begins_and_when_it_ends(artist: Artist) -> None:
    song = owners.create_owned_song(artist, permitted=False)
    version = agree(song)
    began = changes(artist, 1)
    agreements.end(version, by=owners.get_signer(song.label))

    assert began == ["Agreement “Remixes of Mara Veil”, version 1 began"]
    assert changes(artist)[:2] == [
        "Agreement “Remixes of Mara Veil”, version 1 ended",
        "Agreement “Remixes of Mara Veil”, version 1 began",
    ]
    assert [line for line in changes(artist) if "remixes" in line] == []


@pytest.mark.parametrize("takes_part", [True, False])
def test_nobody_is_said_to_switch_off_what_an_agreement_replaces(artist: Artist, takes_part: bool) -> None:
    song = owners.create_owned_song(artist)
    everybody = [song.label, song.publisher, song.writer, *([song.artist] if takes_part else [])]
    for _ in range(2):  # the second replaces what they said by themselves, and then the first version
        version = agreements.propose("A-1", everybody, Terms("Remixes.", (Scope(Use.REMIX),)), by=factories.get_staff())
        for party in everybody:
            agreements.accept(version, party, by=owners.get_signer(party), fresh=True)

    assert [line for line in changes(artist) if "switched remixes off" in line] == []
    agreements.end(version, by=owners.get_signer(song.label))
    told = [line for line in changes(artist) if "switched remixes off" in line]
    assert told == ([] if takes_part else ["Harbor Lane switched remixes off for all songs"])


def test_a_dispute_its_settlement_and_the_end_of_a_share(artist: Artist, label: Party) -> None:
    song, other, staff = (
        factories.create_recording(artist),
        owners.create_party("label", "Second Shore"),
        factories.get_staff(),
    )
    owners.own(label, song)
    disputed = claims.claim(other, "recording_owner", by=staff, recording=song)
    claims.settle(disputed, by=staff, note="A contract says so.", ending=[disputed])
    owners.own(owners.create_party("writer", "Ida Koro"), owners.create_work(song))

    assert changes(artist)[:5] == [
        "Ida Koro confirmed a share of Salt Radio",
        "Second Shore no longer has a share of Salt Radio",
        "Second Shore has a share of Salt Radio: our staff settled the dispute",
        "Second Shore has a share of Salt Radio, which is disputed",
        "Harbor Lane confirmed a share of Salt Radio",
    ]


def test_a_work_that_a_song_is_not_of_any_more_is_there(artist: Artist) -> None:
    song = factories.create_recording(artist)
    work = owners.create_work(song, title="Other")
    registration.end_work(song, work, by=factories.get_member(artist, Role.EDITOR).actor)

    assert changes(artist, 1) == ["“Salt Radio” is no longer a recording of “Other”"]


def test_a_yes_with_an_end_says_when_it_is_over(artist: Artist) -> None:
    principal = factories.get_member(artist, Role.PRINCIPAL)
    until = timezone.now() + timedelta(days=1)
    [said] = grants.switch_on(artist, Use.REMIX, by=principal, fresh=True, until=until)

    found, _ = list_changes(artist, principal, before=said.live_until)

    assert "permitted remixes up to then for" in [change.words for change in found]
    assert "permitted remixes up to then for" not in " ".join(changes(artist))


def test_pages_leave_nothing_out_and_repeat_nothing(artist: Artist) -> None:
    principal = factories.get_member(artist, Role.PRINCIPAL)
    for number in range(7):
        song = factories.create_recording(artist, f"Song {number}")
        grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    pages, before = [], None
    while True:
        found, before = list_changes(artist, principal, before=before, limit=3)
        pages += [change.subject for change in found]
        if before is None:
            break

    assert pages == [*(f"Song {number}" for number in reversed(range(7))), "all songs"]


def test_the_history_of_rights_leads_to_its_older_changes(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artists.studio.views.history.PAGE_SIZE", 1)
    song, principal = factories.create_recording(artist), factories.get_member(artist, Role.PRINCIPAL)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    client = member_client(artist, "principal")

    first = client.get(f"/studio/{artist.slug}/history?about=rights")
    older = client.get(f"/studio/{artist.slug}/history{first.context['older']}")

    assert "for Salt Radio" in visible_text(first)
    assert "for Salt Radio" not in visible_text(older)
    assert "You switched personal messages on for all songs" in visible_text(older)
    assert first.context["older"] in first.content.decode().replace("&amp;", "&")


def test_the_pages_show_it_and_cost_no_query_for_each_change(artist: Artist, label: Party) -> None:
    owners.own(label, factories.create_recording(artist))
    client = member_client(artist, "reviewer")
    paths = [f"/studio/{artist.slug}/grants", f"/studio/{artist.slug}/history?about=rights"]
    before = [count_queries(client, path) for path in paths]
    grants.permit(label, Use.REMIX, Songs(artist), by=owners.get_signer(label), fresh=True)
    owners.add_to_roster(label, artist)

    texts = [visible_text(client.get(path)) for path in paths]

    assert ["Harbor Lane switched remixes on for all songs" in text for text in texts] == [True, True]
    assert [count_queries(client, path) for path in paths] == before


def test_what_a_member_says_for_a_label_is_not_in_the_history_of_the_team(artist: Artist, label: Party) -> None:
    principal = factories.get_member(artist, Role.PRINCIPAL)
    song = factories.create_recording(artist)
    owners.own(label, song)
    assert label.team
    roles.name_signatory(label.team, principal, by=factories.get_staff())
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    grants.permit(label, Use.REMIX, Songs(artist), by=principal, fresh=True)

    told = [entry.description for entry in list_history(artist)[0]]

    assert "switched off personal messages for Salt Radio" in told
    assert [words for words in told if "remixes" in words] == []


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "0"])
def test_an_invalid_time_is_ignored(artist: Artist, before: str) -> None:
    answer = member_client(artist, "reviewer").get(
        f"/studio/{artist.slug}/history", {"about": "rights", "before": before}
    )

    assert answer.status_code == 200
