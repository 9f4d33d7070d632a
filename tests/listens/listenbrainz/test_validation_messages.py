"""The refusals of ListenBrainz, with their messages, and of the input on which it fails."""

import json

import pytest

from tests.listens.listenbrainz.submissions import (
    ABSENT,
    AT,
    MBID,
    NOT_INT,
    NOW,
    TOO_HIGH,
    TOO_LOW,
    listen,
    metadata,
    refusal,
    submission,
)

INVALID_DOCUMENTS = {
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
        submission(*[listen()] * 1001, listen_type="import"),
        "Too many listens. You may not submit more than 1000 listens at once.",
    ),
    "more than 10,240 bytes a listen": (
        submission(listen(info={"x": "y" * 10_240})),
        "JSON document is too large. Each listens may not be larger than 10240 bytes.",
    ),
    "another listen_type": (
        submission(listen(), listen_type="album"),
        "JSON document requires a valid listen_type key.",
    ),
    "a list as listen_type": (
        submission(listen(), listen_type=["single"]),
        "JSON document requires a valid listen_type key.",
    ),
    "null as listen_type": (submission(listen(), listen_type=None), "JSON document requires a valid listen_type key."),
    "two singles": (
        submission(listen(), listen()),
        "JSON document contains more than listen for a single/playing_now. It should contain only one.",
    ),
    "two playing now": (
        submission(listen(listened_at=ABSENT), listen(listened_at=ABSENT), listen_type="playing_now"),
        "JSON document contains more than listen for a single/playing_now. It should contain only one.",
    ),
    "a null listen": (submission(None), "Listen is empty and cannot be validated."),
}


@pytest.mark.parametrize("name", INVALID_DOCUMENTS)
def test_an_invalid_document_is_refused_with_listenbrainz_message(name: str) -> None:
    body, message = INVALID_DOCUMENTS[name]

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
def test_bodies_that_are_not_json_are_refused(body: bytes) -> None:
    assert refusal(body).message.startswith("Cannot parse JSON document: ")


INVALID_LISTENS = {
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
    "an hour ahead": (listen(listened_at=int(NOW) + 3600), TOO_HIGH),
    "milliseconds": (listen(listened_at=AT * 1000), TOO_HIGH),
    "a huge time": (listen(listened_at=10**30), TOO_HIGH),
    "a huge float as time": (listen(listened_at=1e308), TOO_HIGH),
    "the second before the first": (listen(listened_at=1_033_430_399), TOO_LOW),
    "true as time": (listen(listened_at=True), TOO_LOW),
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
    "a number as release_name": (
        listen(track_metadata=metadata(release_name=0)),
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
        f"{value!r} as {field}": (
            listen({field: value}),
            f"Value for {field} is invalid, should be a positive integer.",
        )
        for field in ("duration", "duration_ms")
        for value in (0, -1, 0.9, "abc", "", None, [], {}, "inf", "-inf", "nan", 10**400)
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
        f"{value!r} as {field}": (listen({field: value}), f"{field} MBID format invalid.")
        for field in ("release_mbid", "recording_mbid", "release_group_mbid", "track_mbid")
        for value in ("abc", 5, [MBID], {"a": 1}, MBID + "0", True)
    },
    **{
        f"{value!r} as {field}": (listen({field: value}), f"{field} MBID format invalid.")
        for field in ("artist_mbids", "work_mbids")
        for value in (["abc"], ["", "abc"], [" "], MBID, 5, {"a": 1}, [[MBID]])
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


@pytest.mark.parametrize("name", INVALID_LISTENS)
def test_an_invalid_listen_is_refused_with_listenbrainz_message_and_repeated(name: str) -> None:
    value, message = INVALID_LISTENS[name]

    refused = refusal(submission(value))

    assert refused.message == message
    assert refused.listen == value


NO_LISTENED_AT = "JSON document must not contain listened_at while submitting playing_now."
INVALID_PLAYING_NOW = {
    "with a time": (listen(), NO_LISTENED_AT),
    "with null as time": (listen(listened_at=None), NO_LISTENED_AT),
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


@pytest.mark.parametrize("name", INVALID_PLAYING_NOW)
def test_playing_now_has_its_own_rules(name: str) -> None:
    value, message = INVALID_PLAYING_NOW[name]

    assert refusal(submission(value, listen_type="playing_now")).message == message


# On this input ListenBrainz answers 500, or its rules say nothing.
UNDEFINED_INPUT = {
    "a number as listen": 5,
    "a text as listen": "listen",
    "a list as listen": [],
    "false as listen": False,
    "a number as track_metadata": listen(track_metadata=5),
    "a list as track_metadata": listen(track_metadata=[]),
    "a text as track_metadata": listen(track_metadata="Ada - Night Train"),
    "a number as additional_info": listen(5),
    "a list as additional_info": listen([{}]),
    "a text as additional_info": listen("x"),
    "a number as tags": listen({"tags": 5}),
    "a text as tags": listen({"tags": "rock"}),
    "a number as a tag": listen({"tags": [5]}),
}


@pytest.mark.parametrize("name", UNDEFINED_INPUT)
def test_input_on_which_listenbrainz_fails_is_refused(name: str) -> None:
    assert refusal(submission(UNDEFINED_INPUT[name])).message


def test_the_message_names_the_first_rule_that_fails() -> None:
    all_wrong = listen({"tags": ["x"] * 51, "release_mbid": "abc"}, listened_at="noon", other=1)

    assert refusal(submission(all_wrong, all_wrong, listen_type="album")).message.startswith("JSON document req")
    assert refusal(submission(all_wrong, all_wrong)).message.startswith("JSON document contains more")
    assert refusal(submission(all_wrong)).message == NOT_INT
    assert refusal(submission(listen({"tags": ["x"] * 51, "release_mbid": "abc"}))).message.endswith("info.tags.")
    assert refusal(submission(listen({"release_mbid": "abc", "tags": ["a\0"]}))).message == (
        "release_mbid MBID format invalid."
    )


def test_one_invalid_listen_refuses_the_submission() -> None:
    assert refusal(submission(*[listen()] * 9, listen(listened_at=1), listen_type="import")).message == TOO_LOW
