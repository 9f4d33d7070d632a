"""The catalogue pages of a label: bring a file, read its verdicts, import it."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import Artist, Recording
from rights.imports.files import open_file
from rights.models import CatalogImport, Party
from rights.shares import Role
from tests import factories
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in, read, work_all

pytestmark = pytest.mark.django_db
ROWS = ["Salt Radio,Mara Veil,PTPLR2500417,3:45", "Waits,Nobody,,", "Bad,Mara Veil,PT-PLR-25-0041,"]


@pytest.fixture
def label(label: Party, artist: Artist) -> Party:
    owners.add_to_roster(label, artist)
    return label


@pytest.fixture
def client(label: Party) -> Client:
    return factories.fresh_client(owners.get_signer(label))


def bring(client: Client, label: Party, content: bytes, name: str = "back catalogue.csv") -> CatalogImport:
    answer = client.post(f"/label/{label.pk}/catalogue", {"catalogue": SimpleUploadedFile(name, content)})
    brought = CatalogImport.objects.get()
    assert answer["Location"] == f"/label/{label.pk}/catalogue/{brought.pk}"
    return brought


def test_a_label_brings_a_file_reads_its_verdicts_and_imports_the_good_lines(client: Client, label: Party) -> None:
    brought = bring(client, label, "\n".join(["title,artist,isrc,duration", *ROWS]).encode())
    path = f"/label/{label.pk}/catalogue/{brought.pk}"
    reading = visible_text(client.get(path))
    work_all()
    ready = visible_text(client.get(path))
    importing = visible_text(client.post(f"{path}/start", follow=True))
    work_all()
    done = visible_text(client.get(path))

    assert "Reading" in reading
    assert "read as UTF-8, with commas" in ready
    assert "1 new 0 the same as here 0 changed, old value kept beside 1 wait for someone else’s yes" in ready
    assert "line 4 No Bad · Mara Veil ISRC PT-PLR-25-0041: a digit is missing" in ready
    assert "Import 1 line" in ready
    assert "2 lines stay out." in ready
    assert "All lines come in together" in importing
    assert "1 line came in" in done
    assert Recording.objects.get().title == "Salt Radio"


def test_a_replayed_form_changes_nothing(client: Client, label: Party) -> None:
    brought = read(label, *ROWS)
    for _ in range(3):
        assert client.post(f"/label/{label.pk}/catalogue/{brought.pk}/start").status_code == 302
        work_all()

    assert Recording.objects.count() == 1


def test_importing_needs_a_recent_password(label: Party) -> None:
    signer = owners.get_signer(label)
    signer.set_password(factories.PASSWORD)
    signer.save()
    brought = read(label, *ROWS)
    answer = factories.signed_in_client(signer).post(f"/label/{label.pk}/catalogue/{brought.pk}/start")

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    brought.refresh_from_db()
    assert brought.state == "ready"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "This file is empty."), (None, "Choose one."), (b"x" * (10 * 1024**2 + 1), "may have 10 MB")],
)
def test_what_is_no_file_is_said_beside_the_field(
    client: Client, label: Party, content: bytes | None, words: str
) -> None:
    form = {} if content is None else {"catalogue": SimpleUploadedFile("a.csv", content)}
    answer = client.post(f"/label/{label.pk}/catalogue", form)

    assert answer.status_code == 422
    assert words in visible_text(answer)
    assert not CatalogImport.objects.exists()


def test_a_file_that_cannot_be_read_says_why(client: Client, label: Party) -> None:
    brought = bring(client, label, b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "ern.xml")
    work_all()

    assert "This XML file has a DTD." in visible_text(client.get(f"/label/{label.pk}/catalogue/{brought.pk}"))


def test_lines_are_filtered_and_come_in_pages(client: Client, label: Party) -> None:
    brought = read(label, *[f"Song {each},Mara Veil,," for each in range(60)], "Waits,Nobody,,")
    path = f"/label/{label.pk}/catalogue/{brought.pk}"
    first, second = client.get(path), client.get(f"{path}?show=&after=51")
    waiting = visible_text(client.get(f"{path}?show=waits"))

    assert "?show=&amp;after=51" in first.content.decode()
    assert "line 51 " in visible_text(first)
    assert "line 52 " not in visible_text(first)
    assert "line 52 " in visible_text(second)
    assert "line 62 " in visible_text(second)
    assert "line 62 " in waiting
    assert "line 2 " not in waiting


@pytest.mark.parametrize("query", ["show=everything", "after=x", "after=-1", "after=%D9%A3", "show=%00"])
def test_an_address_that_no_page_has_is_not_found(client: Client, label: Party, query: str) -> None:
    assert client.get(f"/label/{label.pk}/catalogue/{read(label, *ROWS).pk}?{query}").status_code == 404


def test_after_a_number_that_no_file_reaches_there_is_nothing(client: Client, label: Party) -> None:
    path = f"/label/{label.pk}/catalogue/{read(label, *ROWS).pk}"

    assert client.get(f"{path}?after=99999999999999999999").status_code == 200


def test_the_verdicts_are_a_csv_in_which_no_formula_runs(client: Client, label: Party) -> None:
    brought = read(label, '"=HYPERLINK(""http://x"",""y"")",Mara Veil,,', "@x,Mara Veil,PTPLR2500417,", "=1,＝cmd,,")
    answer = client.get(f"/label/{label.pk}/catalogue/{brought.pk}/verdicts.csv")
    text = answer.getvalue().decode()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert [row[3:] for row in rows[1:]] == [
        ['\'=HYPERLINK("http://x","y")', "Mara Veil", ""],
        ["'@x", "Mara Veil", "PTPLR2500417"],
        ["'=1", "'＝cmd", ""],
    ]
    assert [row[:2] for row in rows] == [["line", "verdict"], ["2", "New"], ["3", "New"], ["4", "Waits"]]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_a_file_is_stopped_and_removed(client: Client, label: Party) -> None:
    brought = read(label, *ROWS)
    page = client.post(f"/label/{label.pk}/catalogue/{brought.pk}/remove", follow=True)

    assert "catalogue.csv is removed." in visible_text(page)
    assert not CatalogImport.objects.exists()


def test_what_was_imported_is_not_removed(client: Client, label: Party) -> None:
    brought = bring_in(label, *ROWS)
    answer = client.post(f"/label/{label.pk}/catalogue/{brought.pk}/remove")

    assert answer.status_code == 409
    assert "This was imported" in visible_text(answer)


@pytest.mark.parametrize("lines", [1, 40])
def test_the_page_takes_as_many_queries_for_many_lines(
    client: Client, label: Party, lines: int, django_assert_num_queries: object
) -> None:
    brought = read(label, *[f"Song {each},Mara Veil,," for each in range(lines)])
    client.get(f"/label/{label.pk}/catalogue")

    with django_assert_num_queries(12):  # type: ignore[operator]
        client.get(f"/label/{label.pk}/catalogue/{brought.pk}")


def test_the_sample_is_a_file_that_we_read(client: Client, label: Party) -> None:
    content = client.get(f"/label/{label.pk}/catalogue/sample.csv").getvalue()

    lines = list(open_file(io.BytesIO(content)))

    assert [line.problem for line in lines] == ["", ""]
    assert [*lines[0].shares] == ["writer", "publisher"]
    assert sum(share.share for share in lines[1].shares[Role.RECORDING_OWNER]) == 10_000
