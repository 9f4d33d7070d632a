"""Submitting listens to the ListenBrainz API."""

import uuid
from typing import Any

import pytest

from accounts.models import Person
from events.models import Outbox
from tests.listens.listenbrainz.conftest import SUBMIT, TOO_LARGE, listen, outbox_rows, playing_now_listen, submission


def test_a_listen_is_in_the_outbox_before_the_client_gets_its_answer(submit: Any, ana: Person) -> None:
    response = submit(submission(listen()))

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    [(topic, key, event, kept)] = outbox_rows()
    assert (topic, key, kept) == ("listens.v1", str(ana.pk), True)
    assert Outbox.objects.get().headers == [["content-type", "application/cloudevents+json; charset=UTF-8"]]
    assert (event["source"], event["partitionkey"]) == ("/api/listenbrainz", str(ana.pk))
    assert event["data"]["track"]["title"] == "Night Train"


def test_an_import_goes_to_its_own_topic(submit: Any) -> None:
    response = submit(submission(*[listen(track_name=f"Song {n}") for n in range(3)], listen_type="import"))

    assert response.json() == {"status": "ok"}
    assert [(topic, event["data"]["track"]["title"]) for topic, _, event, _ in outbox_rows()] == [
        ("listens.import.v1", "Song 0"),
        ("listens.import.v1", "Song 1"),
        ("listens.import.v1", "Song 2"),
    ]


def test_playing_now_is_sent_and_not_kept_until_counted(submit: Any, ana: Person) -> None:
    without_msid = submit(submission(playing_now_listen(), listen_type="playing_now"))
    with_msid = submit(submission(playing_now_listen(), listen_type="playing_now"), f"{SUBMIT}?return_msid=1")

    assert without_msid.json() == {"status": "ok"}
    assert with_msid.json()["status"] == "ok"
    assert uuid.UUID(with_msid.json()["recording_msid"])
    assert [(topic, key, event["type"], kept) for topic, key, event, kept in outbox_rows()] == [
        ("listens.v1", str(ana.pk), "fanfare.listen.playing_now.v1", False)
    ] * 2


@pytest.mark.parametrize("path", [SUBMIT, f"{SUBMIT}/", f"/apis/listenbrainz{SUBMIT}", f"{SUBMIT}?from_ts=1"])
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_neither_slash_nor_content_type_matters(submit: Any, path: str, content_type: str) -> None:
    response = submit(submission(listen()), path, content_type)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_retry_is_the_same_event(submit: Any) -> None:
    submit(submission(listen()))
    submit(submission(listen(additional_info={"duration": 200})))

    first, second = outbox_rows()
    assert first[2]["id"] == second[2]["id"]


def test_a_refusal_repeats_the_listen_and_stores_nothing(submit: Any) -> None:
    bad = {**listen(), "listened_at": 5}

    response = submit(submission(listen(), bad, listen_type="import"))

    assert response.status_code == 400
    assert response.json() == {
        **bad,
        "code": 400,
        "error": "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
        "(2002-10-01 00:00:00 UTC).",
    }
    assert outbox_rows() == []


def test_an_import_is_kept_though_one_listen_has_empty_ids_and_a_long_name(submit: Any) -> None:
    without_ids = listen(additional_info={"artist_mbids": ["", None], "work_mbids": [""]}, release_name=None)

    response = submit(
        submission(listen(), without_ids, listen(track_name="x" * 1025, additional_info=[]), listen_type="import")
    )

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert [event["data"]["track"]["title"] for _, _, event, _ in outbox_rows()] == [
        "Night Train",
        "Night Train",
        "x" * 1024,
    ]


def test_keys_of_the_listen_do_not_replace_code_and_error(submit: Any) -> None:
    response = submit(submission({**listen(), "code": 200, "error": ""}))

    assert (response.json()["code"], response.json()["error"][:13]) == (400, "JSON document")


@pytest.mark.parametrize("size", [10_240_001, 11 * 1024 * 1024 + 1, 50_000_000])
def test_a_body_that_is_too_large_is_refused_with_listenbrainz_message(submit: Any, size: int) -> None:
    response = submit(b" " * size)

    assert (response.status_code, response.json()) == (400, TOO_LARGE)


def test_a_valid_import_of_many_megabytes_is_accepted(submit: Any) -> None:
    songs = [listen(track_name=f"Song {n}", additional_info={"x": "y" * 9_000}) for n in range(1000)]

    response = submit(submission(*songs, listen_type="import"))

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert Outbox.objects.count() == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        rb'{"payload": ["\ud800"]}',
        b"[" * 200_000,
        b'{"listen_type":"single","payload":' + b"[" * 900 + b"]" * 900 + b"}",
        submission(listen(additional_info={"a\0": [{"b": "\0"}]})),
        submission(listen(additional_info={"duration": "inf"})),
        submission(listen(additional_info=[[]])),
        submission([listen()]),
        submission(1),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_bad_input_is_a_400_in_json(submit: Any, body: bytes) -> None:
    response = submit(body)

    assert (response.status_code, response.json()["code"]) == (400, 400)
    assert response.json()["error"]
    assert outbox_rows() == []


@pytest.mark.parametrize("number", [1, 3, 500])
def test_one_listen_takes_as_many_queries_as_hundreds(submit: Any, number: int, django_assert_num_queries: Any) -> None:
    songs = [listen(track_name=f"Song {n}") for n in range(number)]
    token, rate, incognito, savepoint, copy, notify, release = range(7)
    submit(submission(listen()))  # starts the rate window; some requests that start one also delete old windows

    with django_assert_num_queries(len([token, rate, incognito, savepoint, copy, notify, release])):
        submit(submission(*songs, listen_type="import"))
