"""Fit: what a person of the team may type into a message. Their claims are theirs; what a message may hold is ours."""

import unicodedata

from ai.facts import Facts
from ai.guard import Finding, check_text
from artists.models import Draft
from artists.refusals import Refused

LONGEST = 1000  # characters


def fit(text: str, draft: Draft) -> str:
    """The text as it will be stored, or Refused with what to change."""
    typed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    for finding in check_text(typed, _known(draft), limit=LONGEST):
        if finding.code in COMPLAINTS:
            raise Refused(COMPLAINTS[finding.code](finding) + " Nothing was changed.")
    return typed


def _known(draft: Draft) -> Facts:
    """Names that may stand in it, whatever they look like."""
    song = draft.version.recording
    return Facts(artist=draft.artist.name, name=draft.person.name or None, song=song.title if song else None)


COMPLAINTS = {
    "length": lambda finding: f"A message has from 1 to {LONGEST} characters: {finding.what}.",
    "control": lambda finding: f"There is a character in it that nobody can see ({_at(finding)}). Take it out.",
    "direction": lambda finding: f"There is a hidden direction mark in it ({_at(finding)}). Take it out.",
    "link": lambda finding: f"Messages lead nowhere else. Take the link out: {finding.what!r}.",
    "contact": lambda finding: f"Messages lead nowhere else. Take this address or number out: {finding.what!r}.",
}


def _at(finding: Finding) -> str:
    return f"{finding.what}, character {finding.where + 1}"
