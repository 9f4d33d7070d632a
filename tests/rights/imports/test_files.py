"""CSV files of every encoding and separator, damaged ones, and those that attack. No database."""

import contextlib
import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.imports import csv_file, lines, text_encoding
from rights.imports.exceptions import UnreadableFile
from rights.imports.files import open_file
from rights.imports.lines import Line
from rights.imports.named_shares import NamedShare
from rights.shares import Role

ROWS = "Title{0}Künstler{0}ISRC{0}Länge\r\nNächtlich{0}Mara Veil{0}PT-PLR-25-00417{0}3:45\r\n"
NIGHTLY = Line(2, "Nächtlich", "Mara Veil", "PTPLR2500417", duration_ms=225_000)


def read(content: str | bytes) -> list[Line]:
    return list(open_file(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def problems(content: str | bytes) -> dict[int, str]:
    return {line.number: line.problem for line in read(content) if line.problem}


def refusal(content: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_gives_the_same_line(encoding: str, separator: str) -> None:
    assert read(ROWS.format(separator).encode(encoding)) == [NIGHTLY]


def test_it_says_how_a_file_is_read() -> None:
    assert open_file(io.BytesIO(ROWS.format(";").encode())).description == "read as UTF-8, with semicolons"
    assert open_file(io.BytesIO(ROWS.format("\t").encode("cp1252"))).description == "read as Windows-1252, with tabs"


@pytest.mark.parametrize("heading", ["TRACK TITLE,Display-Artist", "song,band", "Titel,Interpret", '"name","artists"'])
def test_columns_have_many_names(heading: str) -> None:
    assert read(f"{heading}\nSalt Radio,Mara Veil\n") == [Line(2, "Salt Radio", "Mara Veil")]


def test_the_line_that_excel_writes_above_the_columns_is_left_out() -> None:
    assert read("sep=;\ntitle;artist\n\nSalt Radio;Mara Veil\n") == [Line(4, "Salt Radio", "Mara Veil")]


def test_a_title_may_be_a_formula() -> None:
    assert [line.title for line in read('title,artist\n=,M\n"=HYPERLINK(""x"")",M\n+1,M\n@a,M\n')] == [
        "=",
        '=HYPERLINK("x")',
        "+1",
        "@a",
    ]


def test_a_quoted_cell_may_hold_line_ends_separators_and_quotes() -> None:
    assert read('title,artist\n"Salt, ""Radio""\nlive",Mara\nNext,Mara\n') == [
        Line(2, 'Salt, "Radio" live', "Mara"),
        Line(4, "Next", "Mara"),
    ]


LETTERS = st.characters(exclude_characters='"\r\n\ufeff', exclude_categories=["Cs"])


@given(st.text(LETTERS, min_size=1), st.sampled_from(",;\t"))
def test_a_line_without_quotes_has_the_cells_that_a_csv_reader_finds(text: str, separator: str) -> None:
    file = io.BytesIO(f"{text}\r\n".encode())
    source = csv_file._Source(file, text_encoding.UTF_8)
    [cells] = csv.reader([text], delimiter=separator, strict=True)

    rows = [row for _, row in csv_file._read_rows(source, separator)]

    assert rows == ([cells] if "".join(cells).strip() else [])


def test_a_quote_that_is_not_closed_costs_its_own_line_alone() -> None:
    content = 'title,artist\n"open,Mara\n' + "Next,Mara\n" * 200

    assert problems(content) == {2: "A quote is opened and not closed."}
    assert len(read(content)) == 201


def test_a_quote_that_is_not_closed_at_the_end_of_the_file_loses_no_line() -> None:
    content = 'title,artist\n"open,Mara\nNext,Mara'

    assert problems(content) == {2: "A quote is opened and not closed."}
    assert [line.title for line in read(content)] == ["", "Next"]


def test_what_cannot_be_read_of_one_line_is_a_verdict_on_that_line() -> None:
    content = (
        b"title,artist,isrc,length\n"
        b"NUL\x00,Mara,,\n"  # 2
        b"\xc3\xa4\xe2\x80\xaeb,Mara,,\n"  # 3, turned around
        b"\xe4,Mara,,\n"  # 4
        b'"a"b,Mara,,\n' + b"x" * 40_000 + b",Mara,,\n"  # 5, 6
        b"Salt,Mara,,,more\n"  # 7
        b",Mara,,\nSalt,,,\n"  # 8, 9
        b"Salt,Mara,PT-PLR-25-0041,\n"  # 10
        b"Salt,Mara,,3:75\n"  # 11
        b"Good,Mara,,3:45\n"
    )

    assert problems(content) == {
        2: "The title: there is a character in it that nobody can see (U+0000). Take it out.",
        3: "The title: there is a character in it that nobody can see (U+202E). Take it out.",
        4: "This line is not UTF-8, as the others are. Save the whole file as UTF-8, and look at its accents.",
        5: "A quote ends in the middle of a cell. Write quotes inside a cell twice.",
        6: "This line has more than 32,768 characters.",
        7: "This line has 5 cells, and the first line names 4 columns.",
        8: "The title is missing.",
        9: "The artist is missing.",
        10: "ISRC PT-PLR-25-0041: a digit is missing: the ISRC has 12 characters, and this has 11.",
        11: "“3:75” is no duration. Write minutes and seconds, such as 3:45.",
    }
    assert read(content)[-1] == Line(12, "Good", "Mara", duration_ms=225_000)


UTF_8_LINES = ["Étude,Mara", "Étude — live,Mara", "Don’t,Mara", "ночь,Mara", "夜,Mara"]


@pytest.mark.parametrize("strange", UTF_8_LINES)
def test_a_line_of_utf_8_in_a_file_of_windows_1252_is_said_and_not_read_wrongly(strange: str) -> None:
    content = b"title,artist\n" + "Léger pâle été été été,Mara\n".encode("cp1252") * 4 + strange.encode() + b"\n"

    assert open_file(io.BytesIO(content)).description == "read as Windows-1252, with commas"
    assert [*problems(content)] == [6]
    assert "is not Windows-1252, as the others are" in problems(content)[6]


@pytest.mark.parametrize("first", ["utf-8", "cp1252"])
def test_one_line_of_each_encoding_is_never_two_lines_without_a_word(first: str) -> None:
    second = "cp1252" if first == "utf-8" else "utf-8"
    content = b"title,artist\n" + "Étude,Mara\n".encode(first) + "Été,Mara\n".encode(second)

    [number] = problems(content)
    assert [line.title for line in read(content) if line.number != number] in (["Étude"], ["Été"])


def test_a_line_that_mixes_both_encodings_is_said() -> None:
    mixed = "Étude ".encode() + "Été,Mara Leão\n".encode("cp1252")

    assert [*problems(b"title,artist\nPlain,Mara\n" + mixed)] == [3]


def test_lines_of_one_byte_a_letter_in_a_file_of_utf_16_are_said() -> None:
    content = "title,artist\r\n夜の歌,Mara\r\nSalt,Mara".encode("utf-16") + b" Veil\r\nLow Tide,Mara\r\n"

    assert [line.title for line in read(content) if not line.problem] == ["夜の歌"]
    assert [*problems(content)] == [3]


@pytest.mark.parametrize("title", ["« Désolé »", "«CAFÉ»", "Wär’s nicht schön…", "ÑANDÚ", "Größe", "Maçã", "ÅÄÖ"])
def test_real_titles_in_windows_1252_are_read(title: str) -> None:
    assert [line.title for line in read(f"title,artist\n{title},Mara\n".encode("cp1252"))] == [title]


def test_columns_in_another_encoding_than_the_lines_are_said() -> None:
    content = "title,artist,éditeurs\n".encode("cp1252") + "Étude — été,Mara,Kestrel Row\n".encode()

    assert "Line 1, which names the columns, is not UTF-8, as the others are." in refusal(content)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("3:45", 225_000), ("1:03:45", 3_825_000), ("225", 225_000), ("225.5", 225_500), ("PT3M45S", 225_000)],
)
def test_a_duration_is_written_in_many_ways(text: str, milliseconds: int) -> None:
    assert read(f"title;artist;duration\nA;B;{text}\n")[0].duration_ms == milliseconds


@pytest.mark.parametrize("text", ["0", "PT", "PTS", "-3:45", "3:4", "25:00:00", "٣:٤٥", "three"])
def test_what_is_no_duration_is_said(text: str) -> None:
    assert "is no duration" in read(f"title;artist;duration\nA;B;{text}\n")[0].problem


def test_owners_have_shares_that_add_up() -> None:
    content = "title,artist,owners\nA,B,Harbor Lane 50 %; Kestrel Row: 50\nA,B,Harbor Lane\nA,B,Route 66 100%\n"
    content += "A,B,Blink 182\n"

    assert [line.shares[Role.RECORDING_OWNER] for line in read(content)] == [
        (NamedShare("Harbor Lane", 5000), NamedShare("Kestrel Row", 5000)),
        (NamedShare("Harbor Lane", 10_000),),
        (NamedShare("Route 66", 10_000),),
        (NamedShare("Blink 182", 10_000),),
    ]


GAP = "Shares of the owners add up to 40\xa0%: 60\xa0% is missing. "


@pytest.mark.parametrize(
    ("owners", "problem"),
    [
        ("A 50 %; B 49.99 %", "Shares of the owners add up to 99.99\xa0%: 0.01\xa0% is missing."),
        ("A 60; B 60", "Shares of the owners add up to 120\xa0%: 20\xa0% is too much."),
        ("A; B 50", "The share of “A” is missing. Write it after the name, such as 50 %."),
        (
            "Apollo 100",
            "“Apollo 100” can be a name or a share. Write “Apollo 100 %”, or “Apollo 100 100 %” for the name.",
        ),
        ("A 50; A 50", "“A” stands among the owners twice."),
        ("A 0; B 100", "“A” cannot own 0\xa0%."),
        (
            '"Ida Koro 60, Jon Vale 40"',
            GAP + "“Ida Koro 60, Jon Vale 40” is read as one name: write “;” between names, not “,”.",
        ),
        (
            "Ida 60 % / Jon 40 %",
            "“Ida 60 % / Jon 40 %” has more behind a share. Write each share last, and “;” between names.",
        ),
    ],
)
def test_shares_that_do_not_add_up_are_said(owners: str, problem: str) -> None:
    assert read(f"title,artist,owners\nX,Y,{owners}\n")[0].problem == problem


@pytest.mark.parametrize(
    "owners",
    ["Mara Veil 60 %, Tiago Nobre 40 %", "Mara Veil 60%,Tiago Nobre 40%", "Mara Veil 60 %\nTiago Nobre 40 %"],
)
def test_a_comma_or_a_line_end_behind_a_percent_sign_separates_owners(owners: str) -> None:
    [line] = read(f'title,artist,owners\nX,Y,"{owners}"\n')

    assert line.shares[Role.RECORDING_OWNER] == (NamedShare("Mara Veil", 6000), NamedShare("Tiago Nobre", 4000))


@pytest.mark.parametrize("content", ["", "\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content: str | bytes) -> None:
    assert refusal(content) == "The file is empty."


@pytest.mark.parametrize("content", ["artist,isrc\n", "Salt Radio,Mara Veil\n", "%PDF-1.7\n", b"PK\x03\x04\x00\x00"])
def test_a_file_without_the_columns_is_refused(content: str | bytes) -> None:
    assert "names no column “title”" in refusal(content)


def test_any_bytes_are_read_or_refused() -> None:
    for seed in range(256):
        content = bytes((seed * step * step + step) % 256 for step in range(1500))
        for start in (b"", b"title,artist\n", b"title\tartist\n\xff\xfe", b"<NewReleaseMessage>"):
            with contextlib.suppress(UnreadableFile):
                assert all(line.problem or line.title for line in read(start + content))


def test_many_lines_are_read_with_little_memory() -> None:
    row = b"Salt Radio,Mara Veil,PT-PLR-25-00417,3:45\n"
    file = io.BytesIO(b"title,artist,isrc,duration\n" + row * 20_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_file(file)) == 20_000  # kept, they would take 6 MB
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_is_one_endless_line_takes_little_memory() -> None:
    file = io.BytesIO(b"title,artist\n" + b'"' + b"x" * 10_000_000)
    tracemalloc.start()
    try:
        assert [line.problem for line in open_file(file)] == ["This line has more than 32,768 characters."]
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_every_column_is_known_to_a_line() -> None:
    values = {"title": "A", "artist": "B", "isrc": "PTPLR2500417", "iswc": "T-034.524.680-1", "duration": "1:00"}
    values |= {"mbid": "9d2a3c1e-7f0b-4f5a-8f4e-2c6b1a3d4e5f", "owners": "Harbor Lane"}
    values |= {"work_title": "A", "writers": "Ida Koro", "publishers": "Kestrel Row"}
    read_line = lines.read_line(2, values)

    assert values.keys() == csv_file.COLUMNS.keys()
    assert all((read_line.isrc, read_line.iswc, read_line.mbid, read_line.duration_ms, read_line.work_title))
    assert [*read_line.shares] == [Role.RECORDING_OWNER, Role.WRITER, Role.PUBLISHER]
