"""Tokens, rate limits, CORS and methods of the ListenBrainz API."""

import time
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import Person, Token
from tests.listens.listenbrainz.conftest import SUBMIT, VALIDATE, listen, submission


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (None, "You need to provide an Authorization header."),
        ("", "You need to provide an Authorization header."),
        ("Token", "Provided Authorization header is invalid."),
        ("{secret}", "Provided Authorization header is invalid."),
        ("Token nobody", "Invalid authorization token."),
        ("Token  {secret}", "Invalid authorization token."),
        ("Token {secret}x", "Invalid authorization token."),
        ("Token \xe9\x80", "Invalid authorization token."),
    ],
)
def test_a_missing_or_invalid_token_is_refused_with_listenbrainz_message(
    client: Client, secret: str, header: str | None, error: str
) -> None:
    headers = {} if header is None else {"authorization": header.format(secret=secret)}

    response = client.generic("POST", f"{SUBMIT}?token={secret}", b"not even JSON", headers=headers)

    assert (response.status_code, response.json()) == (401, {"code": 401, "error": error})


def test_any_scheme_before_the_token_is_accepted(client: Client, secret: str) -> None:
    response = client.generic("POST", SUBMIT, submission(listen()), headers={"authorization": f"Bearer {secret}"})

    assert response.json() == {"status": "ok"}


def test_a_revoked_token_is_refused(submit: Any, ana: Person) -> None:
    tokens.revoke(Token.objects.get(), by=ana)

    assert submit(submission(listen())).status_code == 401


@pytest.mark.parametrize("path", [VALIDATE, f"{VALIDATE}/", f"/apis/listenbrainz{VALIDATE}"])
@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN", "Bearer", None])
def test_a_token_is_validated(client: Client, secret: str, path: str, scheme: str | None) -> None:
    if scheme:
        response = client.get(path, headers={"authorization": f"{scheme} {secret}"})
    else:
        response = client.get(path, {"token": secret})

    assert (response.status_code, response.json()) == (
        200,
        {"code": 200, "message": "Token valid.", "valid": True, "user_name": "ana"},
    )


@pytest.mark.django_db
def test_a_wrong_token_is_answered_with_200_and_a_missing_one_with_400(client: Client) -> None:
    invalid = {"code": 200, "message": "Token invalid.", "valid": False}
    missing = {"code": 400, "error": "You need to provide an Authorization token."}

    assert client.get(VALIDATE, headers={"authorization": "Token nobody"}).json() == invalid
    assert client.get(f"{VALIDATE}?token=nob%00dy%ED%B2%80%FF").json() == invalid
    assert (client.get(VALIDATE).status_code, client.get(VALIDATE).json()) == (400, missing)


@pytest.mark.parametrize(("path", "methods"), [(SUBMIT, "OPTIONS, POST"), (VALIDATE, "GET, HEAD, OPTIONS")])
def test_preflight_requests_allow_any_origin(client: Client, path: str, methods: str) -> None:
    response = client.options(path)

    cors = {name: value for name, value in response.headers.items() if name.startswith("Access-Control")}
    assert response.status_code == 200
    assert cors == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "21600",
    }


def test_every_answer_has_cors_headers(submit: Any, client: Client) -> None:
    for response in (submit(submission(listen())), submit(b"nonsense"), client.post(SUBMIT), client.get(SUBMIT)):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Access-Control-Allow-Methods"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", SUBMIT), ("PUT", SUBMIT), ("POST", VALIDATE), ("DELETE", VALIDATE)]
)
def test_another_method_is_refused_in_json(client: Client, method: str, path: str) -> None:
    response = client.generic(method, path)

    assert (response.status_code, response.json()["code"]) == (405, 405)


UNKNOWN_ADDRESSES = [
    "/1/", "/1/user/ana", "/1/user/ana/services", "/1/stats/user/ana/artists", "/1/submit-listens/x",
    "/1/user/a/b/listens", "/1/delete-listen", "/apis/listenbrainz/", "/apis/listenbrainz/1/search/users/",
    "/apis/listenbrainz/2.0/", "/1/\0",
]  # fmt: skip


@pytest.mark.parametrize("path", UNKNOWN_ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_an_unknown_address_is_answered_in_json_to_every_method(path: str, method: str, settings: Any) -> None:
    settings.DEBUG = path == "/1/"
    strict = Client(enforce_csrf_checks=True)

    response = strict.generic(method, path, b"{}")

    status = 400 if "\0" in path else 404
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert (response.json().keys(), response.json()["code"]) == ({"code", "error"}, status)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


@pytest.mark.parametrize("path", ["/1", *UNKNOWN_ADDRESSES[:-1]])
def test_a_browser_may_ask_an_unknown_address_with_a_token(client: Client, path: str) -> None:
    """Without a success here, a scrobbler in a browser learns of no answer but of a failed connection."""
    response = client.generic("OPTIONS", path)

    assert (response.status_code, response["Content-Type"], response.json()) == (200, "application/json", {})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


@pytest.mark.django_db
def test_a_fault_is_answered_in_json_too(client: Client, settings: Any) -> None:
    settings.LISTENS_RATE_WINDOW = "no number"
    client.raise_request_exception = False

    response = client.get(VALIDATE, headers={"authorization": "Token x"})

    assert (response.status_code, response.json()["code"]) == (500, 500)
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_greeting_of_an_audioscrobbler_client_is_refused_as_text(
    client: Client, ana: Person, signed_in: bool
) -> None:
    if signed_in:
        client.force_login(ana)

    response = client.get("/", {"hs": "true", "p": "1.2", "c": "mpd", "v": "1", "u": "ana", "t": "1", "a": "0" * 32})

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().startswith("FAILED ")
    assert response.content.decode().count("\n") == 1


def test_the_api_needs_no_csrf_token_and_sets_no_cookie(secret: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.generic("POST", SUBMIT, submission(listen()), headers={"authorization": f"Token {secret}"})

    assert (response.status_code, dict(response.cookies)) == (200, {})


def test_each_token_has_its_own_rate_limit(submit: Any, settings: Any) -> None:
    settings.LISTENS_RATE_PER_TOKEN = 2
    settings.LISTENS_RATE_PER_ADDRESS = 1

    responses = [submit(submission(listen())) for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert [response["X-RateLimit-Remaining"] for response in responses] == ["1", "0", "0"]
    last = responses[-1]
    assert last["Content-Type"] == "text/plain; charset=utf-8"
    assert last.content.decode() == (
        "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information on your "
        "current rate limit.\n"
    )
    assert last["X-RateLimit-Limit"] == "2"
    assert 1 <= int(last["X-RateLimit-Reset-In"]) <= 10
    assert last["Retry-After"] == last["X-RateLimit-Reset-In"]
    assert 0 <= int(last["X-RateLimit-Reset"]) - time.time() <= 11
    assert last["Access-Control-Expose-Headers"] == (
        "X-RateLimit-Remaining,X-RateLimit-Limit,X-RateLimit-Reset,X-RateLimit-Reset-In"
    )
    assert last["Access-Control-Allow-Origin"] == "*"


def test_invalid_tokens_are_limited_by_address(client: Client, secret: str, settings: Any) -> None:
    settings.LISTENS_RATE_PER_ADDRESS = 2

    guesses = [client.get(VALIDATE, {"token": f"guess {n}"}).status_code for n in range(4)]
    elsewhere = client.get(VALIDATE, {"token": "guess"}, REMOTE_ADDR="192.0.2.7").status_code
    known = client.get(VALIDATE, {"token": secret}).status_code

    assert (guesses, elsewhere, known) == ([200, 200, 429, 429], 200, 200)


def test_tokens_are_not_logged(client: Client, secret: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    client.generic("POST", SUBMIT, b"nonsense", headers={"authorization": f"Token {secret}"})
    client.post(f"{VALIDATE}?token={secret}")

    assert [record.levelname for record in caplog.records if record.name == "django.request"] != []
    assert secret not in caplog.text
