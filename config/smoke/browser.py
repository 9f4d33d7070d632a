"""A person at a browser, without the browser: signs up, reads their mail, signs in, asks."""

import html
import re
import time
from pathlib import Path
from typing import Any

import requests

from config.smoke.checks import SmokeFailed, require
from config.smoke.mailbox import plain_text, read_messages

CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM_ERRORS = re.compile(r'<ul class="errorlist[^>]*>(.*?)</ul>', re.DOTALL)
CONFIRMATION_LINK = re.compile(r"/accounts/confirm-email/[^/\s]+/")
INVITATION_LINK = re.compile(r"/invitations/[\w-]+")
PASSWORD = "a lantern on the quay"  # noqa: S105 - of people who live for one run


class Browser:
    """One person's cookies and what they may do with them."""

    def __init__(self, site: str, mail: Path, name: str, handle: str) -> None:
        self.site, self.mail, self.name, self.handle = site, mail, name, handle
        self.email = f"{handle}@example.com"
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy between us and our own machine
        self.http.headers["Referer"] = site

    # As in a browser

    def submit(self, path: str, fields: dict[str, str]) -> requests.Response:
        """Fetch a page, fill in its form, send it; an error on the form ends the story with its words."""
        page = self.http.get(self.site + path, timeout=30)
        hidden = CSRF_FIELD.search(page.text)
        require(hidden, f"{path} has a form (it answered {page.status_code})")
        assert hidden
        answer = self.http.post(
            self.site + path, {**fields, "csrfmiddlewaretoken": hidden[1]}, timeout=30, allow_redirects=False
        )
        if answer.status_code != 302:
            said = " ".join(re.sub(r"<[^>]+>", " ", block) for block in FORM_ERRORS.findall(answer.text))
            raise SmokeFailed(f"{path} answered {answer.status_code}: {html.unescape(said).strip()}")
        return answer

    def sign_up(self) -> "Browser":
        about = {"name": self.name, "handle": self.handle, "country": "PT", "age_band": "18_plus"}
        self.submit("/accounts/signup/", {"email": self.email, "password1": PASSWORD, **about})
        self.submit(self.link(CONFIRMATION_LINK), {})
        self.sign_in()
        return self

    def link(self, kind: re.Pattern[str]) -> str:
        """The path of this kind in the newest mail to this person that has one."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for letter in read_messages(self.mail):
                found = kind.search(plain_text(letter)) if letter["To"] == self.email else None
                if found:
                    return found[0]
            time.sleep(0.1)
        raise SmokeFailed(f"a mail for {self.email} with {kind.pattern} arrived")

    def sign_in(self) -> None:
        self.submit("/accounts/login/", {"login": self.email, "password": PASSWORD})

    def reauthenticate(self) -> None:
        self.submit("/accounts/reauthenticate/", {"password": PASSWORD})

    @property
    def cookie(self) -> str:
        """What this person's socket shows."""
        return f"sessionid={self.http.cookies['sessionid']}"

    # As a page's script does

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """One request to the API; anything but the expected status ends the story with what was said."""
        token = self.http.cookies.get("csrftoken", "")
        answer = self.http.request(
            method, self.site + path, json=body, headers={"X-CSRFToken": token}, timeout=30, allow_redirects=False
        )
        said = answer.text[:400]
        require(answer.status_code == expect, f"{method} {path} answers {expect}, not {answer.status_code}: {said}")
        return answer.json() if answer.content else None
