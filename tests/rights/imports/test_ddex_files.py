"""DDEX messages: what is read of them, and those that attack. No database."""

import io
import tracemalloc

import pytest

from rights.imports.files import open_file
from rights.imports.lines import Line
from rights.imports.named_shares import NamedShare
from rights.shares import Role
from tests.rights.imports.test_files import problems, read, refusal

ERN = """<?xml version="1.0" encoding="UTF-8"?>
<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43"><ResourceList>{}</ResourceList></ern:NewReleaseMessage>"""
SOUND_RECORDING = """<SoundRecording>
<ResourceReference>A1</ResourceReference><Type>MusicalWorkSoundRecording</Type>
<SoundRecordingEdition><ResourceId><ISRC>{isrc}</ISRC></ResourceId></SoundRecordingEdition>
<DisplayTitleText ApplicableTerritoryCode="Worldwide">{title}</DisplayTitleText>
<DisplayTitle><TitleText>Another title</TitleText></DisplayTitle>
<DisplayArtistName>Mara Veil</DisplayArtistName><Duration>PT3M45S</Duration></SoundRecording>"""
PARTIES = """<PartyList>
<Party><PartyReference>P1</PartyReference><PartyId><IpiNameNumber>00052210040</IpiNameNumber></PartyId>
<PartyName><FullName>Ida Koro</FullName></PartyName></Party>
<Party><PartyReference>P2</PartyReference><PartyName><FullName>Jon  Vale</FullName></PartyName></Party>
<Party><PartyReference>P3</PartyReference><PartyName><FullName>Kestrel Row</FullName></PartyName></Party>
<Party><PartyReference>P4</PartyReference><PartyName><FullName>Harbor Lane</FullName></PartyName></Party>
</PartyList>"""
IDA, JON, KESTREL, HARBOR = "P1", "P2", "P3", "P4"


def contributor(reference: str, role: str) -> str:
    reference = f"<ContributorPartyReference>{reference}</ContributorPartyReference>"
    return f"<Contributor>{reference}<Role>{role}</Role></Contributor>"


def controller(reference: str, share: str = "", *, kind: str = "Work") -> str:
    share = share and f"<RightSharePercentage>{share}</RightSharePercentage>"
    reference = f"<RightsControllerPartyReference>{reference}</RightsControllerPartyReference>"
    return f"<{kind}RightsController>{reference}{share}</{kind}RightsController>"


def read_shares(*elements: str) -> Line:
    recording = SOUND_RECORDING.format(isrc="PTPLR2500417", title="Salt")
    recording = recording.replace("</SoundRecording>", f"{''.join(elements)}</SoundRecording>")
    [line] = read(ERN.format(recording).replace("<ResourceList>", f"{PARTIES}<ResourceList>"))
    return line


def test_a_ddex_message_gives_its_sound_recordings() -> None:
    recordings = [SOUND_RECORDING.format(isrc=f"PTPLR250041{each}", title=f"Salt &amp; {each}") for each in (7, 8)]

    assert read(ERN.format("\n".join(recordings))) == [
        Line(1, "Salt & 7", "Mara Veil", "PTPLR2500417", duration_ms=225_000),
        Line(2, "Salt & 8", "Mara Veil", "PTPLR2500418", duration_ms=225_000),
    ]


def test_a_wrong_isrc_in_a_ddex_message_costs_its_recording_alone() -> None:
    recordings = [SOUND_RECORDING.format(isrc=isrc, title="Salt") for isrc in ("PTPLR250041", "PTPLR2500418")]

    assert problems(ERN.format("".join(recordings))) == {
        1: "ISRC PTPLR250041: a digit is missing: the ISRC has 12 characters, and this has 11."
    }


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>',
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_ddex_message_with_a_dtd_is_refused(declaration: str, encoding: str) -> None:
    message = f"{declaration}<NewReleaseMessage><SoundRecording>&x;&c;</SoundRecording></NewReleaseMessage>"

    assert refusal(message.encode(encoding)) == "This XML file has a DTD. DDEX messages have none: export it without."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<NewReleaseMessage><SoundRecording>", "is damaged in line 1"),
        ("<NewReleaseMessage>\n&x;</NewReleaseMessage>", "is damaged in line 2"),
        ("<html><p>404</p></html>", "begins with <html>, not with <NewReleaseMessage>"),
        ("<?xml version='1.0' encoding='klingon'?><NewReleaseMessage/>", "is damaged in"),
        (f"<NewReleaseMessage>{'<a>' * 1000}", "more than 50 deep"),
        ("<", "is damaged in line 1"),
    ],
)
def test_a_damaged_xml_file_is_refused_as_a_whole(content: str, words: str) -> None:
    assert words in refusal(content)


def test_a_huge_text_in_a_ddex_message_takes_little_memory() -> None:
    title = "<x/>".join(["x" * 1000] * 10_000)
    content = io.BytesIO(ERN.format(SOUND_RECORDING.format(isrc="PTPLR2500417", title=title)).encode())
    tracemalloc.start()
    try:
        assert len(list(open_file(content))) == 1
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_message_names_the_work_its_writers_and_publishers() -> None:
    line = read_shares(
        "<WorkId><ISWC>T-034.524.680-1</ISWC></WorkId>",
        contributor(IDA, "Composer"),
        contributor(JON, "<Value>Lyricist</Value>"),
        contributor(KESTREL, "MusicPublisher"),
        contributor(HARBOR, "Mixer"),
        *(controller(reference, share) for reference, share in ((IDA, "30"), (JON, "20.00"), (KESTREL, "50"))),
    )

    assert (line.iswc, line.problem) == ("T0345246801", "")
    assert line.shares == {
        Role.WRITER: (NamedShare("Ida Koro", 6000, "00052210040"), NamedShare("Jon Vale", 4000)),
        Role.PUBLISHER: (NamedShare("Kestrel Row", 10_000),),
    }


def test_shares_of_writers_alone_are_shares_of_the_work() -> None:
    line = read_shares(
        contributor(IDA, "ComposerLyricist"), contributor(JON, "Author"), controller(IDA, "75"), controller(JON, "25")
    )

    assert [share.share for share in line.shares[Role.WRITER]] == [7500, 2500]


def test_thirds_of_a_work_add_up() -> None:
    thirds = [
        controller(IDA, "16.67"),
        controller(JON, "16.67"),
        controller(HARBOR, "16.66"),
        controller(KESTREL, "50"),
    ]
    names = [contributor(each, "Composer") for each in (IDA, JON, HARBOR)]

    assert [share.share for share in read_shares(*names, *thirds).shares[Role.WRITER]] == [3334, 3334, 3332]


def test_the_owners_of_a_recording_have_shares() -> None:
    owners = [controller(HARBOR, "60", kind="Resource"), controller(KESTREL, "40", kind="Resource")]

    assert read_shares(*owners).shares[Role.RECORDING_OWNER] == (
        NamedShare("Harbor Lane", 6000),
        NamedShare("Kestrel Row", 4000),
    )
    assert read_shares(controller(HARBOR, kind="Resource")).shares[Role.RECORDING_OWNER][0].share == 10_000


def test_of_several_writers_without_shares_nobody_is_named() -> None:
    line = read_shares(
        contributor(IDA, "Composer"), contributor(JON, "Lyricist"), contributor(KESTREL, "MusicPublisher")
    )

    assert line.problem == ""
    assert line.shares == {Role.WRITER: (), Role.PUBLISHER: (NamedShare("Kestrel Row", 10_000),)}


@pytest.mark.parametrize(
    ("elements", "problem"),
    [
        ([controller("P9", "100")], "The list of parties has no “P9”."),
        ([controller(KESTREL, "0")], "“0” is no share. A RightSharePercentage is more than 0, up to 100."),
        ([controller(KESTREL, "NaN")], "“NaN” is no share. A RightSharePercentage is more than 0, up to 100."),
        ([controller(KESTREL, "1e9")], "“1e9” is no share. A RightSharePercentage is more than 0, up to 100."),
        ([controller(KESTREL, "half")], "“half” is no share. A RightSharePercentage is more than 0, up to 100."),
        (
            [contributor(IDA, "Composer"), controller(IDA, "99.99")],
            "Shares of the writers add up to 99.99\xa0%: 0.01\xa0% is missing.",
        ),
        (
            [controller(KESTREL, "60", kind="Resource"), controller(HARBOR, "60", kind="Resource")],
            "Shares of the owners add up to 120\xa0%: 20\xa0% is too much.",
        ),
        (
            [controller(KESTREL, kind="Resource"), controller(HARBOR, "60", kind="Resource")],
            "The message does not give the shares of all owners.",
        ),
    ],
)
def test_shares_that_make_no_sense_cost_their_recording_alone(elements: list[str], problem: str) -> None:
    assert read_shares(*elements).problem == problem


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("<TerritoryCode>DE</TerritoryCode>", "The message says who owns what in DE."),
        ("<ExcludedTerritoryCode>US</ExcludedTerritoryCode>", "The message leaves out US."),
    ],
)
@pytest.mark.parametrize("kind", ["Work", "Resource"])
def test_shares_that_depend_on_the_country_are_refused(kind: str, place: str, problem: str) -> None:
    whole = controller(HARBOR, "100", kind=kind)

    line = read_shares(whole.replace("<RightShare", f"{place}<RightShare"))
    everywhere = read_shares(whole.replace("<RightShare", "<TerritoryCode>Worldwide</TerritoryCode><RightShare"))

    assert line.problem == f"{problem} Shares are the same in all countries here: bring it as CSV."
    assert (everywhere.problem, everywhere.shares) == ("", read_shares(whole).shares)


@pytest.mark.parametrize("kind", ["Work", "Resource"])
def test_a_party_that_is_named_twice_is_not_overwritten(kind: str) -> None:
    twice = [
        controller(HARBOR, "50", kind=kind),
        controller(KESTREL, "50", kind=kind),
        controller(HARBOR, "50", kind=kind),
    ]

    said = "The message names “Harbor Lane” twice. Shares are the same in all countries here: bring it as CSV."
    assert read_shares(*twice).problem == said
