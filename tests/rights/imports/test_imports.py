"""Imports of a label's catalogue: the verdicts of a dry run, and what comes in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from audit.models import Entry
from catalog import registration, text_keys
from catalog.models import Artist, Recording, Work
from live.models import Notice
from rights import claims, parties, roster
from rights.imports import uploads, work
from rights.imports.exceptions import ImportRefused
from rights.models import CatalogImport, Claim, ImportFile, ImportLine, Party
from tests import factories
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.imports.factories import (
    bring_in,
    counts,
    read,
    request,
    upload,
    verdicts,
    work_all,
)

pytestmark = pytest.mark.django_db
ISRC = "PTPLR2500417"


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def create_label(artist: Artist) -> Party:
    label = owners.create_party()
    owners.add_to_roster(label, artist)
    return label


module_scene, label = share_scene(create_label)


def add(artist: Artist, title: str, **terms: Any) -> Recording:
    return registration.add_recording(artist, title, by=factories.get_staff().actor, **terms)


# The dry run


def test_a_dry_run_stores_a_verdict_on_each_line_and_nothing_else(label: Party, artist: Artist) -> None:
    brought = read(label, f"=1+1,Mara Veil,{ISRC},3:45", "Salt Radio,mara-veil,,", "Low Tide,Mara Veil,PT-PLR-25-0041,")

    assert verdicts(brought) == [
        (2, "new", f"{ISRC}. You own 100\xa0% of it."),
        (3, "new", "No ISRC. You own 100\xa0% of it."),
        (4, "no", "ISRC PT-PLR-25-0041: a digit is missing: the ISRC has 12 characters, and this has 11."),
    ]
    assert (brought.state, brought.lines, brought.position) == ("ready", 3, brought.size)
    assert not Recording.objects.exists()
    assert not Claim.objects.exists()
    assert not ImportFile.objects.exists()


def test_a_line_is_the_same_by_isrc_mbid_or_words(label: Party, artist: Artist) -> None:
    rows = [f"Salt Radio,Mara Veil,{ISRC},3:45", "Low Tide,Mara Veil,,"]
    bring_in(label, *rows)

    again = read(label, "Salt Radio,MARA VEIL,PT-PLR-25-00417,3:45", "low tide,Mara Veil,,")

    assert verdicts(again) == [
        (2, "same", "Already here, nothing differs."),
        (3, "changed", "The title was “Low Tide”."),
    ]


def test_a_changed_line_names_the_old_values(label: Party, artist: Artist) -> None:
    bring_in(label, f"Salt Radio,Mara Veil,{ISRC},4:20", "Low Tide,Mara Veil,,")

    again = read(label, f"Salt Radio (live),Mara Veil,{ISRC},4:02", "Low Tide,Mara Veil,PTPLR2500418,1:00")

    assert verdicts(again) == [
        (2, "changed", "The title was “Salt Radio”. 4:02 was 4:20."),
        (3, "changed", "1:00 is added. The ISRC is added."),
    ]


def test_what_an_artist_has_here_already_waits_until_the_artist_names_the_label(label: Party, artist: Artist) -> None:
    recording = add(artist, "Salt Radio")

    brought = read(label, "Salt Radio,Mara Veil,,")

    said = "Mara Veil has this song here already. They must say on its page that it is yours."
    assert verdicts(brought) == [(2, "waits", said)]
    claims.claim(label, "recording_owner", by=factories.get_member(artist, "editor"), recording=recording)
    assert verdicts(read(label, "Salt Radio,Mara Veil,,")) == [(2, "same", "Already here, nothing differs.")]


def test_an_isrc_that_is_registered_for_somebody_else_waits(label: Party) -> None:
    holder = owners.create_party(name="Kvöld Records")
    parties.register_isrc_prefix(holder, ISRC[:5], by=factories.get_staff())

    brought = read(label, f"Salt Radio,Mara Veil,{ISRC},3:45")

    said = "ISRCs that begin with PTPLR are registered for Kvöld Records. Ask our staff."
    assert verdicts(brought) == [(2, "waits", said)]
    parties.end_isrc_prefix(holder, ISRC[:5], by=factories.get_staff())
    parties.register_isrc_prefix(label, ISRC[:5], by=factories.get_staff())
    assert counts(read(label, f"Salt Radio,Mara Veil,{ISRC},3:45"))["new"] == 1


def test_a_recording_comes_once_in_a_file(label: Party) -> None:
    rows = [
        f"A,Mara Veil,{ISRC},",
        f"B,Mara Veil,{ISRC},",
        "C,Mara Veil,,",
        "C,Mara Veil,,",
        "C,Mara Veil,PTPLR2500418,",
    ]

    assert verdicts(read(label, *rows))[1:] == [
        (3, "no", "The same recording as in line 2."),
        (4, "new", "No ISRC. You own 100\xa0% of it."),
        (5, "no", "The same recording as in line 4."),
        (6, "no", "The same recording as in line 4."),
    ]


def test_a_line_waits_until_the_artist_is_on_the_roster(label: Party, artist: Artist) -> None:
    factories.create_artist("Stranger")
    owners.propose(label, factories.create_artist("Ifeoma"))

    brought = read(label, "A,Stranger,,", "B,Ifeoma,,", "C,Nobody at all,,")

    assert verdicts(brought) == [
        (2, "waits", "“Stranger” is not on your roster."),
        (3, "waits", "Ifeoma has not said yes to you yet."),
        (4, "waits", "“Nobody at all” is not on your roster."),
    ]
    assert Artist.objects.count() == 3


def test_two_artists_of_one_name_are_told_apart_by_their_address(label: Party) -> None:
    for slug in ("ove-lind", "ove-lind-2"):
        owners.add_to_roster(label, factories.create_artist("Ove Lind", slug=slug))

    brought = read(label, "A,Ove Lind,,", "B,ove-lind-2,,")

    assert [verdict for _, verdict, _ in verdicts(brought)] == ["no", "new"]
    assert "Several artists of your roster are called “Ove Lind”." in verdicts(brought)[0][2]


def test_a_line_waits_for_the_owner_who_is_here(label: Party, artist: Artist) -> None:
    owners.own(owners.create_party(name="Kvöld Records"), add(artist, "Hraun"), share=5000)

    rows = [
        "Hraun,Mara Veil,,,",
        "Hraun II,Mara Veil,,,Harbor Lane 50; Kvöld Records 50",
        "X,Mara Veil,,,Kvöld Records",
    ]
    brought = read(label, *rows, heading="title,artist,isrc,duration,owners")

    said = "No ISRC. You own 50\xa0% of it. Kvöld Records will be asked to confirm its share."
    assert verdicts(brought) == [
        (2, "waits", "Owned by Kvöld Records here, which leaves no room for the shares of this line."),
        (3, "new", said),
        (4, "no", "You are not among the owners: Kvöld Records."),
    ]


def test_the_other_half_comes_in_once_its_owner_confirmed(label: Party, artist: Artist) -> None:
    recording = add(artist, "Hraun")
    owners.own(owners.create_party(name="Kvöld Records"), recording, share=5000)

    heading = "title,artist,owners"
    brought = bring_in(label, "Hraun,Mara Veil,Harbor Lane 50; Kvöld Records 50", heading=heading)

    assert counts(brought) == {"changed": 1}
    assert sorted(Claim.objects.values_list("share", "disputed_at")) == [(5000, None), (5000, None)]


def test_identifiers_of_somebody_elses_songs_are_not_taken(label: Party, artist: Artist) -> None:
    add(factories.create_artist("Stranger"), "Theirs", isrc=ISRC)
    mbid = "9d2a3c1e-7f0b-4f5a-8f4e-2c6b1a3d4e5f"
    add(artist, "Salt", isrc="PTPLR2500001", mbid=mbid)

    rows = [f"Mine,Mara Veil,{ISRC},", f"New,Mara Veil,PTPLR2500002,{mbid}"]
    brought = read(label, *rows, heading="title,artist,isrc,mbid")

    assert verdicts(brought) == [
        (2, "waits", "This is a song of Stranger here. They must confirm that it is yours."),
        (3, "no", "The recording of this MBID has the ISRC PTPLR2500001 here."),
    ]


def test_a_file_that_cannot_be_read_says_why_and_keeps_nothing(label: Party) -> None:
    content = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><NewReleaseMessage>&x;</NewReleaseMessage>"
    brought = uploads.upload(label, "ern.xml", content, by=owners.get_signer(label))
    work_all()
    brought.refresh_from_db()

    assert brought.state == "refused"
    assert brought.problem == "This XML file has a DTD. DDEX messages have none: export it without."
    assert not ImportFile.objects.exists()


def test_a_ddex_file_that_breaks_off_in_the_middle_keeps_no_line(label: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rights.imports.dry_run.BATCH_SIZE", 1)
    names = "<DisplayTitleText>A</DisplayTitleText><DisplayArtistName>Mara Veil</DisplayArtistName>"
    one = f"<SoundRecording>{names}</SoundRecording>"
    brought = uploads.upload(label, "e.xml", f"<NewReleaseMessage>{one * 3}".encode(), by=owners.get_signer(label))
    work_all()
    brought.refresh_from_db()

    assert brought.state == "refused"
    assert not ImportLine.objects.exists()


# The import


def test_good_lines_come_in_with_their_keys_works_and_confirmed_claims(label: Party, artist: Artist) -> None:
    rows = [f"Salt Radio,Mara Veil,{ISRC},3:45,T-034.524.680-1", "Bad,Mara Veil,PT,,", "Later,Stranger,,,"]
    brought = bring_in(label, *rows, heading="title,artist,isrc,duration,iswc")

    [recording] = Recording.objects.all()
    assert (recording.artist, recording.title, recording.artist_credit) == (artist, "Salt Radio", "Mara Veil")
    assert (recording.isrc, recording.duration_ms) == (ISRC, 225_000)
    keys = text_keys.recording_keys("Salt Radio", "Mara Veil")
    assert {name: getattr(recording, name) for name in keys} == keys
    assert [(work.title, work.iswc) for work in recording.works.all()] == [("Salt Radio", "T0345246801")]
    [claim] = Claim.objects.all()
    signer = owners.get_signer(label).actor
    assert (claim.recording, claim.party, claim.role, claim.share) == (recording, label, "recording_owner", 10_000)
    assert (claim.claimed_by, claim.confirmed_by, claim.disputed_at) == (signer, signer, None)
    assert brought.state == "done"
    assert ImportLine.objects.get(number=2).recording == recording
    entry = Entry.objects.get(action="import.done")
    assert (entry.actor, entry.facts["new"], entry.facts["no"], entry.facts["waits"]) == (signer, 1, 1, 1)


def test_changed_lines_change_what_they_name_and_keep_the_old_values_beside(label: Party, artist: Artist) -> None:
    bring_in(label, f"Salt Radio,Mara Veil,{ISRC},4:20")
    recording = Recording.objects.get()
    registration.mark_main(recording, by=factories.get_staff().actor)

    brought = bring_in(label, f"Salt Radio (live),Mara Veil,{ISRC},4:02")

    recording.refresh_from_db()
    assert (recording.title, recording.duration_ms) == ("Salt Radio (live)", 242_000)
    assert bytes(recording.text_key) == text_keys.compute("Salt Radio (live)", "Mara Veil")
    assert ImportLine.objects.get(catalog_import=brought).facts == {"title": "Salt Radio", "duration_ms": 260_000}
    assert Claim.objects.count() == 1


def test_the_same_file_twice_changes_nothing(label: Party) -> None:
    rows = [f"Salt Radio,Mara Veil,{ISRC},3:45", "Low Tide,Mara Veil,,1:00"]
    bring_in(label, *rows)
    before = list(Recording.objects.order_by("pk").values())

    again = bring_in(label, *rows)

    assert counts(again) == {"same": 2}
    assert list(Recording.objects.order_by("pk").values()) == before
    assert Claim.objects.count() == 2


def test_asking_twice_imports_once(label: Party) -> None:
    brought = read(label, f"Salt Radio,Mara Veil,{ISRC},3:45")

    assert request(brought)
    assert not request(brought)
    work_all()
    assert not request(brought)
    work_all()

    assert Recording.objects.count() == 1


def _end_roster(label: Party, artist: Artist) -> None:
    roster.end(label.roster.get(artist=artist), by=owners.get_signer(label))


def _add_the_recording(label: Party, artist: Artist) -> None:
    add(artist, "Salt Radio")


def _let_somebody_own_it(label: Party, artist: Artist) -> None:
    owners.own(owners.create_party(name="Kvöld"), Recording.objects.get(title="Low Tide"))


@pytest.mark.parametrize("change", [_end_roster, _add_the_recording, _let_somebody_own_it])
def test_a_catalogue_that_changed_since_the_dry_run_imports_nothing_and_shows_new_verdicts(
    label: Party, artist: Artist, change: Callable[[Party, Artist], None]
) -> None:
    add(artist, "Low Tide")
    brought = read(label, "Salt Radio,Mara Veil,,", "Low Tide,Mara Veil,,")
    before = verdicts(brought)
    change(label, artist)
    recordings, claims = Recording.objects.count(), Claim.objects.count()

    request(brought)
    work_all()

    brought.refresh_from_db()
    assert (brought.state, brought.problem) == ("ready", work.CHANGED_MEANWHILE)
    assert verdicts(brought) != before
    assert (Recording.objects.count(), Claim.objects.count()) == (recordings, claims)


def test_who_may_not_sign_any_more_imports_nothing(label: Party) -> None:
    brought = read(label, "Salt Radio,Mara Veil,,")
    request(brought)
    label.team.members.all().delete()
    work_all()

    brought.refresh_from_db()
    assert (brought.state, brought.problem) == ("ready", work.REFUSED)
    assert not Recording.objects.exists()


def test_only_whoever_signs_imports_with_a_recent_password(label: Party, artist: Artist) -> None:
    brought = read(label, "Salt Radio,Mara Veil,,")

    with pytest.raises(NotAllowed):
        uploads.request_import(brought, by=factories.get_member(artist, "principal"), fresh=True)
    with pytest.raises(ReauthenticationRequired):
        uploads.request_import(brought, by=owners.get_signer(label), fresh=False)

    work_all()
    assert not Recording.objects.exists()


def test_a_file_is_removed_with_its_verdicts_unless_it_was_imported(label: Party) -> None:
    signer = owners.get_signer(label)
    unread, ready = upload(label, "A,Mara Veil,,"), read(label, "B,Mara Veil,,")
    done = bring_in(label, "C,Mara Veil,,")

    uploads.remove(unread, by=signer)
    uploads.remove(ready, by=signer)
    with pytest.raises(ImportRefused):
        uploads.remove(done, by=signer)

    assert list(CatalogImport.objects.all()) == [done]
    assert ImportLine.objects.count() == 1


def test_a_file_that_is_removed_while_it_is_read_stays_removed(label: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = upload(label, *[f"{each},Mara Veil,," for each in range(5)])
    monkeypatch.setattr("rights.imports.dry_run.BATCH_SIZE", 2)
    stored = CatalogImport.objects.get()
    copy = "rights.imports.dry_run.notices.post_about_import"
    monkeypatch.setattr(copy, lambda each: CatalogImport.objects.filter(pk=stored.pk).delete())

    work_all()

    assert not CatalogImport.objects.filter(pk=brought.pk).exists()


def test_reading_goes_on_where_a_process_that_ended_had_stopped(label: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rights.imports.dry_run.BATCH_SIZE", 2)
    brought = upload(label, *[f"{each},Mara Veil,," for each in range(5)])
    copy = work.dry_run._copy
    calls = iter([True, False])

    def copy_once(catalog_import: CatalogImport, lines: Any) -> None:
        if not next(calls):
            raise KeyboardInterrupt
        copy(catalog_import, lines)

    with monkeypatch.context() as broken:
        broken.setattr("rights.imports.dry_run._copy", copy_once)
        with pytest.raises(KeyboardInterrupt):
            work_all()
    brought.refresh_from_db()
    assert (brought.state, brought.lines) == ("reading", 2)

    work_all()

    assert [number for number, _, _ in verdicts(brought)] == [2, 3, 4, 5, 6]


def test_the_team_hears_of_it(label: Party) -> None:
    brought = read(label, "Salt Radio,Mara Veil,,")

    notices = Notice.objects.filter(person=owners.get_signer(label), kind="catalog.import")
    assert set(notices.values_list("reference", flat=True)) == {f"import:{brought.pk}"}


def test_a_large_import_lets_postgresql_count_the_tables_it_filled(
    label: Party, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(work, "MANY_LINES", 3)

    bring_in(label, "A,Mara Veil,,", "B,Mara Veil,,", "C,Mara Veil,,")

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(%s)", [list(work.FILLED)])
        counted = dict(cursor.fetchall())
    assert (counted["catalog_recording"], counted["rights_claim"]) == (3, 3)
    assert caplog.messages == []


def test_an_import_is_done_also_where_the_role_may_not_count_the_tables_anew(
    label: Party, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(work, "MANY_LINES", 2)
    monkeypatch.setattr(work, "FILLED", ("rights_party",))
    bring_in(label, "A,Mara Veil,,")
    assert caplog.messages == []

    brought = bring_in(label, "B,Mara Veil,,", "C,Mara Veil,,")

    assert brought.state == "done"
    assert caplog.messages == ["This role may not ANALYZE rights_party"]


def test_a_party_brings_three_files_at_a_time(label: Party) -> None:
    for _ in range(3):
        upload(label, "A,Mara Veil,,")

    with pytest.raises(ImportRefused):
        upload(label, "A,Mara Veil,,")


@pytest.mark.parametrize("content", [b"", b"x" * (uploads.MAX_BYTES + 1)])
def test_an_empty_or_too_large_file_is_refused(label: Party, content: bytes) -> None:
    with pytest.raises(ImportRefused):
        uploads.upload(label, "a.csv", content, by=owners.get_signer(label))


def test_the_verdicts_of_a_batch_take_one_statement(label: Party, django_assert_max_num_queries: Any) -> None:
    upload(label, *[f"{each},Mara Veil,," for each in range(100)])

    with django_assert_max_num_queries(24):
        work.work_next()
    assert connection.vendor == "postgresql"
    assert Work.objects.count() == 0
