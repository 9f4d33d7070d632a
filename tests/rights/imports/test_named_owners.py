"""Writers, publishers and part-owners that a catalogue file names: who is asked, and what a remix still lacks."""

from collections import Counter
from typing import Any

import pytest

from catalog import registration
from catalog.models import Artist, Recording, RecordingWork, Work
from rights import claims, clearance, parties
from rights.clearance_result import ClearanceRequest
from rights.models import Claim, ImportedArtist, Party, Use
from tests import factories
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in, counts, read, verdicts

pytestmark = pytest.mark.django_db
ISRC, ISWC, IPI = "PTPLR2500417", "T-034.524.680-1", "00052210040"
HEADING = "title,artist,isrc,iswc,work_title,writers,publishers,owners"


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def create_label(artist: Artist) -> Party:
    label = owners.create_party()
    owners.add_to_roster(label, artist)
    return label


module_scene, label = share_scene(create_label)


@pytest.fixture
def ida() -> Party:
    return owners.create_party("writer", "Ida Koro")


@pytest.fixture
def kestrel() -> Party:
    return owners.create_party("publisher", "Kestrel Row")


def row(title: str = "Salt Radio", **cells: str) -> str:
    return ",".join({"title": title, "artist": "Mara Veil", **cells}.get(name, "") for name in HEADING.split(","))


def claimed() -> list[tuple[str, str, int, bool, bool]]:
    """Who has which share, whether it is confirmed, and whether it is disputed."""
    rows = Claim.objects.order_by("role", "party__name").select_related("party")
    return [(one.role, one.party.name, one.share, bool(one.confirmed_at), bool(one.disputed_at)) for one in rows]


def missing_for_a_remix() -> tuple[str, ...]:
    song = Recording.objects.get(title="Salt Radio")
    [refusal] = clearance.find_all_missing(
        [ClearanceRequest(Use.REMIX, song.artist_id, recordings=(song.pk,))]
    ).values()
    return () if refusal is None else refusal.missing


def test_a_song_whose_file_names_everybody_can_be_remixed_once_those_named_confirm_and_say_yes(
    label: Party, artist: Artist, ida: Party, kestrel: Party
) -> None:
    named = {"writers": "Ida Koro 60 %; Mara Veil 40 %", "publishers": "kestrel row"}
    brought = bring_in(label, row(isrc=ISRC, iswc=ISWC, work_title="Radio", **named), heading=HEADING)

    said = "Ida Koro, Kestrel Row and Mara Veil will be asked to confirm their shares."
    assert verdicts(brought) == [(2, "new", f"{ISRC}. You own 100\xa0% of it. {said}")]
    assert claimed() == [
        ("publisher", "Kestrel Row", 10_000, False, False),
        ("recording_owner", "Harbor Lane", 10_000, True, False),
        ("writer", "Ida Koro", 6000, False, False),
        ("writer", "Mara Veil", 4000, False, False),
    ]
    assert [(work.title, work.iswc) for work in Work.objects.all()] == [("Radio", "T0345246801")]
    for claim in Claim.objects.filter(confirmed_at=None).select_related("party__artist"):
        claims.confirm(claim, by=owners.get_signer(claim.party), fresh=True)
    for party in (label, ida, kestrel, parties.get_artist_party(artist)):
        assert missing_for_a_remix()
        owners.permit(party)
    assert missing_for_a_remix() == ()


def test_the_same_file_twice_claims_nothing_twice(label: Party, ida: Party) -> None:
    rows = [row(writers="Ida Koro"), row("Low Tide", iswc=ISWC, writers="Ida Koro")]
    bring_in(label, *rows, heading=HEADING)
    before = claimed()

    assert counts(bring_in(label, *rows, heading=HEADING)) == {"same": 2}
    assert claimed() == before
    assert Work.objects.count() == 2


def test_a_later_file_adds_the_writers_and_the_iswc_to_songs_that_are_here(label: Party, ida: Party) -> None:
    bring_in(label, row())
    first = bring_in(label, row(writers="Ida Koro"), heading=HEADING)
    second = bring_in(label, row(iswc=ISWC, writers="Ida Koro"), heading=HEADING)

    assert verdicts(first) == [(2, "changed", "The work is added. Ida Koro will be asked to confirm its share.")]
    assert verdicts(second) == [(2, "changed", "The ISWC is added.")]
    assert [work.iswc for work in Recording.objects.get().works.all()] == ["T0345246801"]


def test_lines_that_say_the_same_about_a_work_of_one_title_are_of_one_work(label: Party, ida: Party) -> None:
    rows = [row(f"Salt Radio {each}", work_title="Salt Radio", writers="Ida Koro") for each in ("", "(live)", "(demo)")]
    bring_in(label, *rows, row("Alone", writers="Ida Koro"), heading=HEADING)

    recordings = Counter(RecordingWork.objects.values_list("work", flat=True))
    assert sorted(recordings.values()) == [1, 3]
    assert Claim.objects.filter(role="writer").count() == 2


@pytest.mark.parametrize(
    ("cells", "verdict", "words"),
    [
        (
            {"writers": "Nobody Known"},
            "waits",
            "Nobody here is called “Nobody Known”, who is named as writer. Our",
        ),
        ({"writers": f"Ida (IPI {IPI})"}, "waits", "Nobody here is called “Ida”, who is named as writer."),
        ({"writers": "Harbor Lane"}, "waits", "“Harbor Lane” is a label here, and cannot be named as writer."),
        ({"publishers": "Ida Koro"}, "waits", "“Ida Koro” is a writer here, and cannot be named as publisher."),
        ({"owners": "Harbor Lane 50; Nobody 50"}, "waits", "Nobody here is called “Nobody”, who is named as owner"),
        (
            {"writers": "Twin Name"},
            "no",
            "Several go by the name “Twin Name” here. Write the IPI or the ISNI",
        ),
        ({"writers": "Ida Koro 50; Mara Veil 49.99"}, "no", "Shares of the writers add up to 99.99\xa0%: 0.01\xa0% is"),
        ({"writers": "Ida Koro 60; Mara Veil 60"}, "no", "Shares of the writers add up to 120\xa0%: 20\xa0% is too"),
        ({"writers": "Ida Koro 33.333 %; Mara Veil"}, "no", "“Ida Koro 33.333 %” has no share that we can read."),
        ({"writers": "Ida Koro (IPI 00052210041)"}, "no", "IPI 00052210041: "),
        (
            {"writers": '"Ida Koro, Jon"'},
            "waits",
            "Nobody here is called “Ida Koro, Jon”, who is named as writer. Write",
        ),
        ({"writers": '=cmd|"/C calc"!A0'}, "no", "The share of “=cmd” is missing."),
        ({"writers": "=HYPERLINK(1)"}, "waits", "Nobody here is called “=HYPERLINK(1)”, who is named as writer."),
    ],
)
def test_who_is_not_known_here_is_a_verdict_of_the_line(
    label: Party, ida: Party, cells: dict[str, str], verdict: str, words: str
) -> None:
    for _ in range(2):
        parties.add_party("writer", "Twin Name", by=factories.get_staff())

    brought = bring_in(label, row(**cells), row("Good"), heading=HEADING)

    [(_, found, reason), good] = verdicts(brought)
    assert (found, reason[: len(words)]) == (verdict, words)
    assert good[1] == "new"
    assert [claim[0] for claim in claimed()] == ["recording_owner"]


def test_a_code_says_which_of_two_is_meant(label: Party) -> None:
    staff = factories.get_staff()
    parties.add_party("writer", "Twin Name", by=staff)
    meant = parties.add_party("writer", "Twin Name", by=staff, ipi=IPI)

    bring_in(label, row(writers=f"T. Name (IPI {int(IPI)}) 100 %"), heading=HEADING)

    assert Claim.objects.get(role="writer").party == meant


def test_of_two_artists_of_one_name_the_artist_of_the_song_or_of_the_roster_is_meant(
    label: Party, artist: Artist
) -> None:
    factories.create_artist("Mara Veil", slug="mara-veil-2")
    ove, _ = (factories.create_artist("Ove Lind", slug=slug) for slug in ("ove-lind", "ove-lind-2"))
    before = read(label, row(writers="Ove Lind"), heading=HEADING)
    owners.add_to_roster(label, ove)

    bring_in(label, row(writers="Mara Veil 50; Ove Lind 50"), heading=HEADING)

    assert counts(before) == {"no": 1}
    named = Claim.objects.filter(role="writer").order_by("party__name")
    assert [claim.party.artist for claim in named] == [artist, ove]


def test_who_is_named_twice_by_name_and_by_code_is_noticed(label: Party) -> None:
    parties.add_party("writer", "Ida Koro", by=factories.get_staff(), ipi=IPI)

    brought = read(label, row(writers=f"Ida Koro 50; I. Koro (IPI {IPI}) 50"), heading=HEADING)

    assert verdicts(brought) == [(2, "no", "“Ida Koro” stands among the writers twice.")]


def test_part_owners_are_asked_by_the_import(label: Party, artist: Artist) -> None:
    other = owners.create_party(name="Kvöld Records")
    parties.register_isrc_prefix(label, ISRC[:5], by=factories.get_staff())

    brought = bring_in(label, row(isrc=ISRC, owners="Harbor Lane 60; Kvöld Records 40"), heading=HEADING)

    said = f"{ISRC}. You own 60\xa0% of it. Kvöld Records will be asked to confirm its share."
    assert verdicts(brought) == [(2, "new", said)]
    assert claimed() == [
        ("recording_owner", "Harbor Lane", 6000, True, False),
        ("recording_owner", "Kvöld Records", 4000, False, False),
    ]
    waiting = Claim.objects.get(party=other)
    assert (waiting.catalog_import, waiting.claimed_by) == (brought, owners.get_signer(label).actor)


def test_an_owner_who_has_another_share_here_leaves_no_room(label: Party, artist: Artist) -> None:
    other = owners.create_party(name="Kvöld Records")
    song = registration.add_recording(artist, "Salt Radio", by=factories.get_staff().actor)
    owners.own(other, song, share=5000)

    brought = read(label, row(owners="Harbor Lane 60; Kvöld Records 40"), heading=HEADING)

    said = "Owned by Kvöld Records 50\xa0% here, which leaves no room for the shares of this line."
    assert verdicts(brought) == [(2, "waits", said)]


def test_writers_who_are_known_here_are_not_replaced(label: Party, artist: Artist, ida: Party) -> None:
    song = registration.add_recording(artist, "Salt Radio", by=factories.get_staff().actor)
    owners.own(label, song)
    owners.own(owners.create_party("writer", "Jon Vale"), owners.create_work(song), share=7500)

    brought = bring_in(label, row(writers="Ida Koro 25; Jon Vale 75"), heading=HEADING)
    other = read(label, row(writers="Ida Koro"), heading=HEADING)

    assert counts(brought) == {"changed": 1}
    said = "Other shares of the work are known here: Ida Koro 25\xa0%, Jon Vale 75\xa0%. They end their claim first, "
    assert verdicts(other) == [(2, "waits", f"{said}or our staff settle it.")]


def test_an_iswc_of_songs_by_others_gets_no_further_claims_from_a_stranger(
    label: Party, ida: Party, kestrel: Party
) -> None:
    theirs = registration.add_recording(factories.create_artist("Ifeoma"), "Theirs", by=factories.get_staff().actor)
    work = registration.add_work(
        theirs, "Theirs", iswc=ISWC.replace("-", "").replace(".", ""), by=factories.get_staff().actor
    )
    owners.own(ida, work)

    brought = read(label, row(iswc=ISWC, publishers="Kestrel Row"), heading=HEADING)
    cover = bring_in(label, row("Cover", iswc=ISWC, writers="Ida Koro"), heading=HEADING)

    assert (counts(brought), counts(cover)) == ({"waits": 1}, {"new": 1})
    assert verdicts(brought)[0][2].startswith("The work is also one of songs by other artists")
    assert not Claim.objects.filter(role="publisher").exists()


def test_two_lines_that_differ_about_one_work_are_told_apart(label: Party, ida: Party) -> None:
    rows = [row(iswc=ISWC, writers="Ida Koro"), row("Live", iswc=ISWC, writers="Mara Veil"), row("Demo", iswc=ISWC)]

    brought = read(label, *rows, heading=HEADING)

    assert [verdict for _, verdict, _ in verdicts(brought)] == ["new", "no", "new"]
    assert verdicts(brought)[1][2] == "Line 2 says something else about the writers and publishers of the same work."


def test_it_counts_for_each_artist_what_came_in(label: Party, artist: Artist, ida: Party) -> None:
    owners.add_to_roster(label, factories.create_artist("Ifeoma"))
    bring_in(label, row(isrc=ISRC))
    rows = [row(isrc=ISRC, writers="Ida Koro"), row("New"), row("Newer"), row("Hers", artist="Ifeoma")]
    brought = bring_in(label, *rows, row("Bad", writers="Nobody"), heading=HEADING)

    told: Any = ImportedArtist.objects.filter(catalog_import=brought).order_by("artist__name")
    assert list(told.values_list("artist__name", "added", "changed")) == [("Ifeoma", 1, 0), ("Mara Veil", 2, 1)]
