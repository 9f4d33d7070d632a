"""A person at a browser, simulated with `requests`: signs up, reads mail, signs in and calls the API."""

import html
import re
from functools import partial
from pathlib import Path
from typing import Any

import requests

from config.smoke.checks import SmokeFailed, require, wait_for
from config.smoke.mailbox import plain_text, read_messages

CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
WORDS_FIELD = re.compile(r'name="words_hash" value="([^"]*)"')
FORM_ERRORS = re.compile(r'<ul class="errorlist[^>]*>(.*?)</ul>', re.DOTALL)
CONFIRMATION_LINK = re.compile(r"/accounts/confirm-email/[^/\s]+/")
INVITATION_LINK = re.compile(r"/invitations/[\w-]+")
PASSWORD = "a lantern on the quay"  # noqa: S105 - of people who live for one run


class Browser:
    """One person with their own cookies and mailbox."""

    def __init__(self, site: str, mail: Path, name: str, handle: str) -> None:
        self.site, self.mail, self.name, self.handle = site, mail, name, handle
        self.email = f"{handle}@example.com"
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy between us and our own machine
        self.http.headers["Referer"] = site

    def submit_form(self, path: str, fields: dict[str, str]) -> requests.Response:
        """Fetch a page, fill in its form and send it. Raises SmokeFailed with the errors that the form shows."""
        page = self.http.get(self.site + path, timeout=30)
        token = CSRF_FIELD.search(page.text)
        require(token, f"{path} has a form (it answered {page.status_code})")
        assert token
        response = self.http.post(
            self.site + path, {**fields, "csrfmiddlewaretoken": token[1]}, timeout=30, allow_redirects=False
        )
        if response.status_code != 302:
            errors = " ".join(re.sub(r"<[^>]+>", " ", block) for block in FORM_ERRORS.findall(response.text))
            raise SmokeFailed(f"{path} answered {response.status_code}: {html.unescape(errors).strip()}")
        return response

    def sign_up(self) -> "Browser":
        """Sign up, confirm the address by the mailed link, which signs in."""
        about = {"name": self.name, "handle": self.handle, "country": "PT", "age_band": "18_plus"}
        self.submit_form("/accounts/signup/", {"email": self.email, "password1": PASSWORD, **about})
        self.submit_form(self.mailed_link(CONFIRMATION_LINK), {})
        return self

    def mailed_link(self, kind: re.Pattern[str]) -> str:
        """The path that matches, from the newest mail to this person; waits 10 seconds for one."""
        path = wait_for(partial(self._find_link, kind), seconds=10)
        require(path, f"a mail for {self.email} with {kind.pattern} arrived")
        return str(path)

    def _find_link(self, kind: re.Pattern[str]) -> str | None:
        texts = (plain_text(message) for message in read_messages(self.mail) if message["To"] == self.email)
        return next((match[0] for text in texts if (match := kind.search(text))), None)

    def sign_in(self) -> None:
        self.submit_form("/accounts/login/", {"login": self.email, "password": PASSWORD})

    def reauthenticate(self) -> None:
        self.submit_form("/accounts/reauthenticate/", {"password": PASSWORD})

    @property
    def cookie(self) -> str:
        """The Cookie header that this person's socket sends."""
        return f"sessionid={self.http.cookies['sessionid']}"

    def call_api(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Call the API and return the JSON of its answer. Raises SmokeFailed for any other status than `expect`."""
        token = self.http.cookies.get("csrftoken", "")
        response = self.http.request(
            method, self.site + path, json=body, headers={"X-CSRFToken": token}, timeout=30, allow_redirects=False
        )
        text = response.text[:400]
        require(response.status_code == expect, f"{method} {path} answers {expect}, not {response.status_code}: {text}")
        return response.json() if response.content else None
