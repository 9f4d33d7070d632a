"""What valid submissions become, and that no input causes an error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listens.exceptions import InvalidSubmission
from listens.listenbrainz import validation
from listens.listenbrainz.validation import SubmittedListen, validate_submission
from tests.listens.listenbrainz.submissions import ABSENT, AT, MBID, NOW, listen, metadata, submission, validate_one


@pytest.mark.parametrize(
    ("value", "second"),
    [
        (AT, AT),
        (str(AT), AT),
        (AT + 0.9, AT),
        (1_033_430_400, 1_033_430_400),
        (int(NOW) + 3599, int(NOW) + 3599),
    ],
)
def test_listened_at_may_be_text_or_have_a_fraction(value: Any, second: int) -> None:
    assert validate_one(listen(listened_at=value)).listened_at == second


def test_empty_values_are_left_out() -> None:
    value = {"release_mbid": None, "track_mbid": "", "artist_mbids": [], "work_mbids": None, "tags": None, "x": None}

    valid = validate_one(listen(value, track_metadata=metadata(release_name="  ", additional_info=value)))

    assert (valid.release, valid.info) == ("", {"x": None})
    assert validate_one(listen(track_metadata=metadata(release_name=None))).release == ""
    assert validate_one(listen({"tags": ["rock", None, ""]})).info == {"tags": ["rock"]}
    for empty in (None, [], {}, "", ABSENT):
        assert validate_one(listen(empty)).info == {}


@pytest.mark.parametrize("listen_type", ["single", "import", "playing_now"])
@pytest.mark.parametrize(
    ("mbids", "artists", "works"),
    [
        ([""], None, None),
        ([None], None, None),
        (["", None], None, None),
        (["", MBID], ["", MBID], [MBID]),
        ([MBID, None, MBID], [MBID, "", MBID], [MBID, MBID]),
    ],
)
def test_empty_mbids_in_a_list_are_dropped_and_leave_a_place_among_those_of_artists(
    listen_type: str, mbids: list[str | None], artists: list[str] | None, works: list[str] | None
) -> None:
    value = listen({"artist_mbids": mbids, "work_mbids": mbids})
    if listen_type == "playing_now":
        del value["listened_at"]

    info = validate_one(value, listen_type).info

    assert (info.get("artist_mbids"), info.get("work_mbids")) == (artists, works)


@pytest.mark.parametrize("field", ["track_name", "artist_name", "release_name"])
def test_a_long_name_is_cut(field: str) -> None:
    long_name = " " + "x" * 1023 + " y" * 500

    valid = validate_one(listen(track_metadata=metadata(**{"release_name": "Trains", field: long_name})))

    names = {"track_name": valid.track, "artist_name": valid.artist, "release_name": valid.release}
    assert names == {"track_name": "Night Train", "artist_name": "Ada", "release_name": "Trains", field: "x" * 1023}


def test_durations_become_whole_numbers_and_mbids_canonical() -> None:
    value = {"duration": "1222.6", "recording_mbid": MBID.upper().replace("-", ""), "artist_mbids": [MBID.upper()]}

    assert validate_one(listen(value)).info == {"duration": 1222, "recording_mbid": MBID, "artist_mbids": [MBID]}


def test_names_are_stripped_of_white_space_only() -> None:
    valid = validate_one(listen(track_metadata=metadata(track_name=" Cafe\u0301\ufeff\u0007 ", artist_name="ＡＤＡ\n")))

    assert (valid.track, valid.artist) == ("Cafe\u0301\ufeff\u0007", "ＡＤＡ")


def test_playing_now_has_no_time() -> None:
    assert validate_one(listen(listened_at=ABSENT), "playing_now") == SubmittedListen(
        None, "Night Train", "Ada", "", {}
    )


def test_a_thousand_listens_are_accepted() -> None:
    accepted = validate_submission(submission(*[listen()] * 1000, listen_type="import"), now=NOW)

    assert (accepted.listen_type, len(accepted.listens)) == ("import", 1000)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
INFO_FIELDS = [
    "tags",
    "duration",
    "duration_ms",
    *validation.SINGLE_MBID_FIELDS,
    *validation.MBID_LIST_FIELDS,
    "isrc",
    "artist_names",
]


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
                        "additional_info": st.dictionaries(st.sampled_from(INFO_FIELDS), anything) | anything,
                    },
                )
            },
        ),
        max_size=2,
    ),
    listen_type=st.sampled_from(["single", "import", "playing_now"]) | anything,
)
def test_any_payload_is_refused_without_an_error(payload: Any, listen_type: Any) -> None:
    try:
        validate_submission(json.dumps({"payload": payload, "listen_type": listen_type}).encode(), now=NOW)
    except InvalidSubmission as refused:
        json.dumps({**refused.listen, "error": refused.message})


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_without_an_error(body: bytes) -> None:
    with pytest.raises(InvalidSubmission):
        validate_submission(body, now=NOW)
