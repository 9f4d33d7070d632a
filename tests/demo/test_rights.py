"""What the demo shows of agreements: keys, a complete and an incomplete split, subscription income, and a dispute."""

import pytest

from artists.agreement_split import draw_stored_split
from artists.label.claims import list_all_disputed
from artists.studio.imports import list_named
from catalog.models import Artist, Recording
from config.demo.agreements import PUBLISHED_SONG, REFUSED_SONG
from config.demo.imports import IMPORTED_NAME, READ_NAME
from config.demo.label import DISPUTED_SONG, LABEL_NAME, RIVAL_NAME
from rights import agreement_versions
from rights.agreement_versions import Reading, State
from rights.imports.reasons import describe
from rights.models import AgreementVersion, CatalogImport, Party

pytestmark = pytest.mark.usefixtures("demo_database")


def read(number: str) -> Reading:
    versions = AgreementVersion.objects.filter(agreement__number=number).select_related("agreement", "scheme")
    return agreement_versions.read(versions)[0]


def list_missing(number: str, title: str = "") -> tuple[str, ...]:
    """What the split of the agreement lacks, as the label sees it; for this song, or for what is shown first."""
    reading, label = read(number), Party.objects.get(name=LABEL_NAME)
    song = Recording.objects.get(title=title, artist__slug="mara-veil").pk if title else None
    bar = draw_stored_split(reading.version, [each.party for each in reading.parties], label, song=song)
    assert bar
    return bar.example.missing


def test_one_agreement_waits_and_the_others_are_in_force() -> None:
    states = {number: read(number).state for number in ("K-1", "P-1", "T-1")}

    assert states == {"K-1": State.PROPOSED, "P-1": State.IN_FORCE, "T-1": State.IN_FORCE}


def test_agreements_say_who_holds_a_key() -> None:
    holders = {number: [one.party.name for one in read(number).members if one.holds_key] for number in ("K-1", "P-1")}

    assert holders == {"K-1": ["Kestrel Row"], "P-1": [LABEL_NAME]}
    assert "Kestrel Row too, from number 501 of a month on." in read("K-1").version.wording


def test_one_split_is_complete_and_another_says_what_is_missing() -> None:
    assert list_missing("K-1") == list_missing("K-1", PUBLISHED_SONG) == ()
    assert list_missing("K-1", REFUSED_SONG) == (f"Nobody is named as featured artist of {REFUSED_SONG}",)
    assert list_missing("T-1") == ()


def test_two_labels_claim_the_same_song() -> None:
    [row] = list_all_disputed()

    assert (row.claim.party.name, [rival.party.name for rival in row.rivals]) == (RIVAL_NAME, [LABEL_NAME])
    assert row.claim.recording
    assert row.claim.recording.title == DISPUTED_SONG


def test_a_file_of_the_label_was_read_and_shows_every_verdict() -> None:
    read = CatalogImport.objects.get(file_name=READ_NAME)

    verdicts = list(read.verdicts.order_by("number").values_list("verdict", flat=True))
    assert (read.state, verdicts) == ("ready", ["waits", "new", "new", "changed", "same", "waits", "no"])
    reasons = [describe(line) for line in read.verdicts.filter(verdict="waits").order_by("number")]
    assert reasons[0].startswith("Nobody here is called “Lídia Corvo”, who is named as writer.")


def test_an_import_asks_mara_about_a_share() -> None:
    [waits] = list_named(Artist.objects.get(slug="mara-veil"))

    assert (waits.catalog_import.file_name, waits.number) == (IMPORTED_NAME, 1)
