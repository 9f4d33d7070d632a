"""ListenBrainz' contract: every row of its table, its order, and what it left undefined."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listens.listenbrainz import validation
from listens.listenbrainz.validation import Refused, SubmittedListen, validate_submission

NOW = 1_793_534_400.0  # 2026-11-01 12:00 UTC
AT = 1_793_534_000
MBID = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"
ABSENT: Any = object()


def metadata(**changes: Any) -> dict[str, Any]:
    said = {"track_name": "Night Train", "artist_name": "Ada", **changes}
    return {key: value for key, value in said.items() if value is not ABSENT}


def listen(info: Any = ABSENT, **changes: Any) -> dict[str, Any]:
    said = {"listened_at": AT, "track_metadata": metadata(additional_info=info), **changes}
    return {key: value for key, value in said.items() if value is not ABSENT}


def submission(*payload: Any, kind: Any = "single") -> bytes:
    return json.dumps({"listen_type": kind, "payload": list(payload)}).encode()


def refusal(body: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        validate_submission(body, now=NOW)
    return refused.value


def validate_one(said: dict[str, Any], kind: str = "single") -> SubmittedListen:
    [one] = validate_submission(submission(said, kind=kind), now=NOW).listens
    return one


WHOLE = {
    "more than 10,240,000 bytes": (b" " * 10_240_001, "Payload too large. Payload cannot exceed 10240000 bytes"),
    "a list": (b"[]", "Invalid JSON document submitted. Top level of JSON document should be a json object."),
    "a number": (b"1", "Invalid JSON document submitted. Top level of JSON document should be a json object."),
    "null": (b"null", "Invalid JSON document submitted. Top level of JSON document should be a json object."),
    "no payload": (b'{"listen_type":"single"}', "Invalid JSON document submitted."),
    "no listen_type": (json.dumps({"payload": [listen()]}).encode(), "Invalid JSON document submitted."),
    "payload is text": (
        b'{"payload":"abc","listen_type":"single"}',
        "The payload in the JSON document should be a list of listens.",
    ),
    "payload is an object": (
        b'{"payload":{},"listen_type":"single"}',
        "The payload in the JSON document should be a list of listens.",
    ),
    "payload is null": (
        b'{"payload":null,"listen_type":"single"}',
        "The payload in the JSON document should be a list of listens.",
    ),
    "an empty payload": (submission(), "JSON document does not contain any listens"),
    "1,001 listens": (
        submission(*[listen()] * 1001, kind="import"),
        "Too many listens. You may not submit more than 1000 listens at once.",
    ),
    "more than 10,240 bytes a listen": (
        submission(listen(info={"x": "y" * 10_240})),
        "JSON document is too large. Each listens may not be larger than 10240 bytes.",
    ),
    "another listen_type": (submission(listen(), kind="album"), "JSON document requires a valid listen_type key."),
    "a list as listen_type": (submission(listen(), kind=["single"]), "JSON document requires a valid listen_type key."),
    "null as listen_type": (submission(listen(), kind=None), "JSON document requires a valid listen_type key."),
    "two singles": (
        submission(listen(), listen()),
        "JSON document contains more than listen for a single/playing_now. It should contain only one.",
    ),
    "two playing now": (
        submission(listen(listened_at=ABSENT), listen(listened_at=ABSENT), kind="playing_now"),
        "JSON document contains more than listen for a single/playing_now. It should contain only one.",
    ),
    "a null listen": (submission(None), "Listen is empty and cannot be validated."),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_document_is_refused_in_the_contracts_words(name: str) -> None:
    body, message = WHOLE[name]

    refused = refusal(body)

    assert (refused.message, refused.listen) == (message, {})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"payload": NaN}',
        b'{"payload": Infinity}',
        b'{"payload": 1e999}',
        b'{"payload": ' + b"9" * 5000 + b"}",
        b'{"payload": "\xff"}',
        b'{"payload": "\xed\xa0\x80"}',
        rb'{"payload": "\ud800"}',
        rb'{"payload": "\udc00\ud800"}',
        b'\xef\xbb\xbf{"payload": []}',
        b"[" * 100_000,
        b'{"payload":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 100 + b"]" * 100,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_json_is_refused_as_such(body: bytes) -> None:
    assert refusal(body).message.startswith("Cannot parse JSON document: ")


HIGH, LOW = (
    "Value for key listened_at is too high.",
    (
        "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
        "(2002-10-01 00:00:00 UTC)."
    ),
)
NOT_INT = "JSON document must contain an int value for listened_at."
LISTENS = {
    "no listened_at": (
        listen(listened_at=ABSENT),
        "JSON document must contain the key listened_at at the top level.",
    ),
    "nothing at all": ({}, "JSON document must contain the key listened_at at the top level."),
    "a word as time": (listen(listened_at="noon"), NOT_INT),
    "null as time": (listen(listened_at=None), NOT_INT),
    "a list as time": (listen(listened_at=[AT]), NOT_INT),
    "an object as time": (listen(listened_at={}), NOT_INT),
    "a text of a float as time": (listen(listened_at="1486449409.9"), NOT_INT),
    "an hour ahead": (listen(listened_at=int(NOW) + 3600), HIGH),
    "milliseconds": (listen(listened_at=AT * 1000), HIGH),
    "a huge time": (listen(listened_at=10**30), HIGH),
    "a huge float as time": (listen(listened_at=1e308), HIGH),
    "the second before the first": (listen(listened_at=1_033_430_399), LOW),
    "true as time": (listen(listened_at=True), LOW),
    "no track_metadata": (
        listen(track_metadata=ABSENT),
        "JSON document must contain the key track_metadata at the top level.",
    ),
    "another key": (
        listen(recording_msid=MBID),
        "JSON document may only contain listened_at and track_metadata top level keys",
    ),
    "null as track_metadata": (
        listen(track_metadata=None),
        "JSON document may not have track_metadata with null value.",
    ),
    "no track_name": (
        listen(track_metadata={}),
        "JSON document does not contain required field track_metadata.track_name.",
    ),
    "no artist_name": (
        listen(track_metadata=metadata(artist_name=ABSENT)),
        "JSON document does not contain required field track_metadata.artist_name.",
    ),
    "an empty track_name": (
        listen(track_metadata=metadata(track_name="")),
        "field track_metadata.track_name is empty.",
    ),
    "a blank artist_name": (
        listen(track_metadata=metadata(artist_name=" \t")),
        "field track_metadata.artist_name is empty.",
    ),
    "a number as track_name": (
        listen(track_metadata=metadata(track_name=1)),
        "track_metadata.track_name must be a single string.",
    ),
    "a list as artist_name": (
        listen(track_metadata=metadata(artist_name=["Ada"])),
        "track_metadata.artist_name must be a single string.",
    ),
    "null as release_name": (
        listen(track_metadata=metadata(release_name=None)),
        "track_metadata.release_name must be a single string.",
    ),
    "51 tags": (
        listen({"tags": ["x"] * 51}),
        "JSON document may not contain more than 50 items in track_metadata.additional_info.tags.",
    ),
    "a long tag": (
        listen({"tags": ["x" * 65]}),
        "JSON document may not contain track_metadata.additional_info.tags longer than 64 characters.",
    ),
    "both durations": (
        listen({"duration": 1, "duration_ms": 1000}),
        "JSON document should not contain both duration and duration_ms.",
    ),
    **{
        f"{said!r} as {field}": (
            listen({field: said}),
            f"Value for {field} is invalid, should be a positive integer.",
        )
        for field in ("duration", "duration_ms")
        for said in (0, -1, 0.9, "abc", "", None, [], {}, "inf", "-inf", "nan", 10**400)
    },
    "a day too long": (
        listen({"duration": 2_073_601}),
        "Value for duration is too large, max permitted value is 2073600",
    ),
    "a millisecond too long": (
        listen({"duration_ms": "2073600001"}),
        "Value for duration_ms is too large, max permitted value is 2073600000",
    ),
    **{
        f"{said!r} as {field}": (listen({field: said}), f"{field} MBID format invalid.")
        for field in ("release_mbid", "recording_mbid", "release_group_mbid", "track_mbid")
        for said in ("abc", 5, [MBID], {"a": 1}, MBID + "0", True)
    },
    **{
        f"{said!r} as {field}": (listen({field: said}), f"{field} MBID format invalid.")
        for field in ("artist_mbids", "work_mbids")
        for said in (["abc"], [MBID, None], MBID, 5, {"a": 1}, [[MBID]])
    },
    "a NUL in the title": (
        listen(track_metadata=metadata(track_name="Night\0Train")),
        "Night\0Train contains a unicode null",
    ),
    "a NUL in a tag": (listen({"tags": ["a\0"]}), "a\0 contains a unicode null"),
    "a NUL in an object in a list": (listen({"x": [{"y": "a\0"}]}), "a\0 contains a unicode null"),
    "a NUL in a key": (listen({"x\0": 1}), "x\0 contains a unicode null"),
    "a NUL in a key in a list": (listen({"x": [[{"y\0": 1}]]}), "y\0 contains a unicode null"),
}


@pytest.mark.parametrize("name", LISTENS)
def test_a_listen_is_refused_in_the_contracts_words_and_told_back(name: str) -> None:
    said, message = LISTENS[name]

    refused = refusal(submission(said))

    assert refused.message == message
    assert refused.listen == said


NOT_NOW = "JSON document must not contain listened_at while submitting playing_now."
PLAYING = {
    "with a time": (listen(), NOT_NOW),
    "with null as time": (listen(listened_at=None), NOT_NOW),
    "another key": (
        listen(listened_at=ABSENT, x=1),
        "JSON document may only contain track_metadata as top level key when submitting playing_now.",
    ),
    "no track_metadata": ({}, "JSON document must contain the key track_metadata at the top level."),
    "null as track_metadata": (
        {"track_metadata": None},
        "JSON document may not have track_metadata with null value.",
    ),
}


@pytest.mark.parametrize("name", PLAYING)
def test_what_plays_now_has_rules_of_its_own(name: str) -> None:
    said, message = PLAYING[name]

    assert refusal(submission(said, kind="playing_now")).message == message


# Here ListenBrainz answers 500, or does not say.
ODD = {
    "a number as listen": 5,
    "a text as listen": "listen",
    "a list as listen": [],
    "false as listen": False,
    "a number as track_metadata": listen(track_metadata=5),
    "a list as track_metadata": listen(track_metadata=[]),
    "a text as track_metadata": listen(track_metadata="Ada - Night Train"),
    "a number as additional_info": listen(5),
    "a list as additional_info": listen([]),
    "a text as additional_info": listen("x"),
    "a number as tags": listen({"tags": 5}),
    "a text as tags": listen({"tags": "rock"}),
    "a number as a tag": listen({"tags": [5]}),
    "null as a tag": listen({"tags": [None]}),
    "a longer title than an event has room for": listen(track_metadata=metadata(track_name="x" * 1025)),
    "a longer artist": listen(track_metadata=metadata(artist_name="x" * 1025)),
    "a longer album": listen(track_metadata=metadata(release_name="x" * 1025)),
}


@pytest.mark.parametrize("name", ODD)
def test_what_the_contract_leaves_open_is_a_refusal_in_words_of_ours(name: str) -> None:
    assert refusal(submission(ODD[name])).message


def test_the_first_rule_that_fails_is_the_one_that_is_told() -> None:
    everything_wrong = listen({"tags": ["x"] * 51, "release_mbid": "abc"}, listened_at="noon", other=1)

    assert refusal(submission(everything_wrong, everything_wrong, kind="album")).message.startswith("JSON document req")
    assert refusal(submission(everything_wrong, everything_wrong)).message.startswith("JSON document contains more")
    assert refusal(submission(everything_wrong)).message == NOT_INT
    assert refusal(submission(listen({"tags": ["x"] * 51, "release_mbid": "abc"}))).message.endswith("info.tags.")
    assert refusal(submission(listen({"release_mbid": "abc", "tags": ["a\0"]}))).message == (
        "release_mbid MBID format invalid."
    )


def test_one_bad_listen_refuses_all() -> None:
    assert refusal(submission(*[listen()] * 9, listen(listened_at=1), kind="import")).message == LOW


@pytest.mark.parametrize(
    ("said", "second"),
    [
        (AT, AT),
        (str(AT), AT),
        (AT + 0.9, AT),
        (1_033_430_400, 1_033_430_400),
        (int(NOW) + 3599, int(NOW) + 3599),
    ],
)
def test_a_time_may_be_a_text_or_have_a_fraction(said: Any, second: int) -> None:
    assert validate_one(listen(listened_at=said)).listened_at == second


def test_what_is_empty_is_left_out() -> None:
    said = {"release_mbid": None, "track_mbid": "", "artist_mbids": [], "work_mbids": None, "tags": None, "x": None}

    one = validate_one(listen(said, track_metadata=metadata(release_name="  ", additional_info=said)))

    assert (one.release, one.info) == ("", {"x": None})
    assert validate_one(listen(None)).info == {}
    assert validate_one(listen()).info == {}


def test_times_become_whole_numbers_and_mbids_canonical() -> None:
    said = {"duration": "1222.6", "recording_mbid": MBID.upper().replace("-", ""), "artist_mbids": [MBID.upper()]}

    assert validate_one(listen(said)).info == {"duration": 1222, "recording_mbid": MBID, "artist_mbids": [MBID]}


def test_names_lose_their_blanks_and_nothing_else() -> None:
    one = validate_one(listen(track_metadata=metadata(track_name=" Cafe\u0301\ufeff\u0007 ", artist_name="ＡＤＡ\n")))

    assert (one.track, one.artist) == ("Cafe\u0301\ufeff\u0007", "ＡＤＡ")


def test_what_plays_now_has_no_time() -> None:
    assert validate_one(listen(listened_at=ABSENT), "playing_now") == SubmittedListen(
        None, "Night Train", "Ada", "", {}
    )


def test_a_thousand_listens_are_taken() -> None:
    taken = validate_submission(submission(*[listen()] * 1000, kind="import"), now=NOW)

    assert (taken.kind, len(taken.listens)) == ("import", 1000)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
INFO = [
    "tags",
    "duration",
    "duration_ms",
    *validation.SINGLE_MBID_FIELDS,
    *validation.MBID_LIST_FIELDS,
    "isrc",
    "artist_names",
]


@settings(deadline=None)
@given(
    payload=anything
    | st.lists(anything, max_size=2)
    | st.lists(
        st.fixed_dictionaries(
            {"listened_at": st.just(AT) | anything},
            optional={
                "track_metadata": anything
                | st.fixed_dictionaries(
                    {"track_name": st.just("x") | anything, "artist_name": st.just("x") | anything},
                    optional={
                        "release_name": anything,
                        "additional_info": st.dictionaries(st.sampled_from(INFO), anything) | anything,
                    },
                )
            },
        ),
        max_size=2,
    ),
    kind=st.sampled_from(["single", "import", "playing_now"]) | anything,
)
def test_nothing_overturns_the_check(payload: Any, kind: Any) -> None:
    try:
        validate_submission(json.dumps({"payload": payload, "listen_type": kind}).encode(), now=NOW)
    except Refused as refused:
        json.dumps({**refused.listen, "error": refused.message})


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_overturn_the_check(body: bytes) -> None:
    with pytest.raises(Refused):
        validate_submission(body, now=NOW)
