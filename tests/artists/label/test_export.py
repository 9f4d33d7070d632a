"""A rightsholder's export of one artist: what it may see, and nothing that a spreadsheet would run."""

import csv
import io

import pytest
from django.test import Client

from artists.label import export, switches
from catalog.models import Artist, Work
from rights import claims, grants, parties
from rights.grants import Songs
from rights.models import Party, Use
from tests import factories
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


def download(label: Party, artist: Artist, client: Client | None = None) -> list[dict[str, str]]:
    client = client or factories.signed_in_client(owners.get_signer(label))
    answer = client.get(f"/label/{label.pk}/artists/{artist.slug}/export.csv")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"] == f'attachment; filename="{artist.slug}-{label.pk}.csv"'
    content = answer.getvalue()
    assert answer["Content-Length"] == str(len(content))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_each_share_is_a_row_with_its_codes_its_state_and_the_switches(artist: Artist, label: Party) -> None:
    song = owners.create_owned_song(artist, permitted=False)
    label = song.label
    Work.objects.filter(pk=song.work.pk).update(iswc="T0345246801")
    type(song.recording).objects.filter(pk=song.recording.pk).update(isrc="PTABC2600001")
    other = parties.get_artist_party(factories.create_artist("Second Shore"))
    claims.claim(other, "featured_artist", by=factories.get_staff(), recording=song.recording, share=2500)
    grants.permit(label, Use.REMIX, Songs(artist), by=owners.get_signer(label), fresh=True)

    rows = download(label, artist)

    assert list(rows[0]) == export.COLUMNS
    cells = ("work", "ISWC", "role", "owner", "yours", "share in percent", "state", "remixes", "playlists")
    assert [tuple(row[name] for name in cells) for row in rows] == [
        ("", "", "Featured artist", "Second Shore", "no", "25.00", "waiting", "on", "off"),
        ("", "", "Owner of the recording", "Harbor Lane", "yes", "100.00", "confirmed", "on", "off"),
        ("Low Tide Choir", "T0345246801", "Publisher", "Kestrel Row", "no", "100.00", "confirmed", "on", "off"),
        ("Low Tide Choir", "T0345246801", "Writer", "Ida Koro", "no", "100.00", "confirmed", "on", "off"),
    ]
    assert {(row["recording"], row["ISRC"], row["credit"]) for row in rows} == {
        ("Low Tide Choir", "PTABC2600001", "Mara Veil")
    }


def test_the_shares_of_others_are_in_it_once_its_own_is_confirmed(artist: Artist) -> None:
    song, players = owners.create_owned_song(artist, permitted=False), owners.create_party("session_pool", "Players")
    terms = {"by": factories.get_staff(), "recording": song.recording, "share": 2500}
    claim = claims.claim(players, "session_pool", **terms)
    client = factories.fresh_client(owners.get_signer(players))
    detail = f"/api/v1/labels/{players.pk}/claims/{claim.pk}"
    claims.claim(owners.create_party("session_pool", "Second Shore"), "session_pool", **terms)

    before = [row["owner"] for row in download(players, artist)], len(client.get(detail).json()["others"])
    claims.confirm(claim, by=owners.get_signer(players), fresh=True)
    after = [row["owner"] for row in download(players, artist)], len(client.get(detail).json()["others"])

    assert before == ([players.name, ""], 0)
    assert after == (["Harbor Lane", players.name, "Second Shore", "Kestrel Row", "Ida Koro"], 1)


def test_songs_of_which_it_claims_nothing_and_other_artists_are_not_in_it(artist: Artist, label: Party) -> None:
    other = factories.create_artist("Ove Lind")
    owners.own(label, factories.create_recording(artist, "Ours"))
    factories.create_recording(artist, "Not Ours")
    owners.own(label, factories.create_recording(other, "Of Another"))

    assert [row["recording"] for row in download(label, artist)] == ["Ours"]


def test_a_formula_in_a_title_or_a_name_is_text(artist: Artist) -> None:
    label = owners.create_party("label", "@SUM(A1)")
    owners.own(label, factories.create_recording(artist, '=HYPERLINK("http://evil.example")'))

    [row] = download(label, artist)

    assert (row["recording"], row["owner"]) == ('\'=HYPERLINK("http://evil.example")', "'@SUM(A1)")


def test_a_disputed_and_a_settled_share_say_so(artist: Artist, label: Party) -> None:
    song, other = factories.create_recording(artist), owners.create_party("label", "Second Shore")
    owners.own(label, song, share=5000)
    disputed = claims.claim(other, "recording_owner", by=factories.get_staff(), recording=song, share=5000)
    claims.dispute(disputed, by=factories.get_staff())

    before = [row["state"] for row in download(label, artist)]
    claims.settle(disputed, by=factories.get_staff(), note="A contract says so.")
    after = [(row["state"], row["settled"]) for row in download(label, artist)]

    assert before == ["confirmed", "disputed"]
    assert after == [("confirmed", ""), ("waiting", "A contract says so.")]


def test_a_long_catalogue_is_read_in_parts(artist: Artist, label: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = [f"Song {number}" for number in range(5)]
    for title in titles:
        owners.own(label, factories.create_recording(artist, title))
    monkeypatch.setattr(export, "CHUNK", 2)

    assert [row["recording"] for row in download(label, artist)] == titles


def test_an_artist_on_the_roster_without_songs_has_a_heading_alone(artist: Artist, label: Party) -> None:
    owners.add_to_roster(label, artist)

    assert download(label, artist) == []


def test_exports_are_limited(artist: Artist, label: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artists.label.views.export.MAX_AN_HOUR", 1)
    owners.add_to_roster(label, artist)
    client = factories.signed_in_client(owners.get_signer(label))
    download(label, artist, client)

    answer = client.get(f"/label/{label.pk}/artists/{artist.slug}/export.csv")

    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_an_artist_with_whom_it_has_nothing_to_do_is_a_404(artist: Artist, label: Party) -> None:
    client = factories.signed_in_client(owners.get_signer(label))

    assert client.get(f"/label/{label.pk}/artists/{artist.slug}/export.csv").status_code == 404


def test_the_switches_of_the_file_are_those_of_the_page(artist: Artist, label: Party) -> None:
    """Songs of every kind: permitted, refused, only in one country, disputed, unconfirmed."""
    staff = factories.get_staff()
    signer = owners.get_signer(label)
    songs = [factories.create_recording(artist, f"Song {n}") for n in range(3)]
    for song in songs:
        owners.own(label, song)
    grants.permit(label, Use.REMIX, Songs(artist), by=signer, fresh=True)
    grants.refuse(label, Use.REMIX, Songs(artist, songs[1]), by=signer)
    grants.permit(label, Use.DJ, Songs(artist, songs[2]), by=signer, fresh=True, territories=["DE"])
    disputed, unconfirmed = (factories.create_recording(artist, title) for title in ("Disputed", "Unconfirmed"))
    claims.dispute(owners.own(label, disputed), by=staff)
    claims.claim(label, "recording_owner", by=staff, recording=unconfirmed)
    songs += [disputed, unconfirmed]

    shown = {channel.song.title: channel.switches for channel in switches.list_channels(label, artist, songs)}

    rows = {row["recording"]: row for row in download(label, artist)}
    assert {title: {use: row[use] for use in switches.USES.values() if row[use]} for title, row in rows.items()} == {
        title: {switches.USES[Use(each.use)]: "on" if each.is_on else "off" for each in some}
        for title, some in shown.items()
    }
    assert [shown["Disputed"], shown["Unconfirmed"]] == [[], []]
    assert [rows[title]["remixes"] for title in ("Song 0", "Song 1")] == ["on", "off"]
