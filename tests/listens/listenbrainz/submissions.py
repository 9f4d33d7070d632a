"""Listens and submissions at a fixed time, for the tests of validation."""

import json
from typing import Any

import pytest

from listens.exceptions import InvalidSubmission
from listens.listenbrainz.validation import SubmittedListen, validate_submission

NOW = 1_793_534_400.0  # 2026-11-01 12:00 UTC
AT = 1_793_534_000
MBID = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"
ABSENT: Any = object()


def metadata(**changes: Any) -> dict[str, Any]:
    value = {"track_name": "Night Train", "artist_name": "Ada", **changes}
    return {key: value for key, value in value.items() if value is not ABSENT}


def listen(info: Any = ABSENT, **changes: Any) -> dict[str, Any]:
    value = {"listened_at": AT, "track_metadata": metadata(additional_info=info), **changes}
    return {key: value for key, value in value.items() if value is not ABSENT}


def submission(*payload: Any, listen_type: Any = "single") -> bytes:
    return json.dumps({"listen_type": listen_type, "payload": list(payload)}).encode()


def refusal(body: bytes) -> InvalidSubmission:
    with pytest.raises(InvalidSubmission) as refused:
        validate_submission(body, now=NOW)
    return refused.value


def validate_one(value: dict[str, Any], listen_type: str = "single") -> SubmittedListen:
    [valid] = validate_submission(submission(value, listen_type=listen_type), now=NOW).listens
    return valid


TOO_HIGH, TOO_LOW = (
    "Value for key listened_at is too high.",
    (
        "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
        "(2002-10-01 00:00:00 UTC)."
    ),
)
NOT_INT = "JSON document must contain an int value for listened_at."
