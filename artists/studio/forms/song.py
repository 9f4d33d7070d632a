"""The form of one song: what a recording is called, whose it is, and by which codes it is known."""

import re
from typing import Any, Self
from uuid import UUID

from django import forms

from artists.validation import parse_identifier, validate_title, validate_visible
from catalog import identifiers
from catalog.models import Recording

DURATION = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])(?:\.([0-9]{1,3}))?")


class SongForm(forms.Form):
    """`song_fields()` are the arguments of `songs.add` and `songs.edit`."""

    title = forms.CharField(
        label="Title", max_length=1024, validators=[validate_title], widget=forms.TextInput(attrs={"dir": "auto"})
    )
    artist_credit = forms.CharField(
        label="Artists, as on the release", max_length=2048, required=False, validators=[validate_visible],
        help_text="Leave it empty if the artist is alone on it. Otherwise all names, as in “Mara Veil feat. Ove Lind”.",
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip
    isrc = forms.CharField(
        label="ISRC", max_length=40, required=False, help_text="The code of this recording, as in PT-ABC-26-00001.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip
    mbid = forms.CharField(
        label="MusicBrainz ID", max_length=80, required=False,
        help_text="Its number at MusicBrainz, if it is there. Scrobblers send it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip
    duration = forms.CharField(
        label="Length", max_length=12, required=False, help_text="Minutes and seconds, as in 3:41.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip

    @classmethod
    def of_recording(cls, recording: Recording) -> Self:
        """The form as it was last saved."""
        return cls(
            initial={
                "title": recording.title,
                "artist_credit": recording.artist_credit,
                "isrc": format_isrc(recording.isrc),
                "mbid": recording.mbid or "",
                "duration": format_length(recording.duration_ms),
            }
        )

    def clean_isrc(self) -> str | None:
        return parse_identifier(identifiers.parse_isrc, self.cleaned_data["isrc"])

    def clean_mbid(self) -> UUID | None:
        return parse_identifier(identifiers.parse_mbid, self.cleaned_data["mbid"])

    def clean_duration(self) -> int | None:
        text = self.cleaned_data["duration"]
        if not text:
            return None
        match = DURATION.fullmatch(text)
        hours, minutes, seconds, fraction = match.groups() if match else (None, "0", "0", None)
        milliseconds = (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000
        milliseconds += int((fraction or "").ljust(3, "0"))
        if not milliseconds:
            raise forms.ValidationError("Write the length in minutes and seconds, as in 3:41.")
        return milliseconds

    def song_fields(self) -> dict[str, Any]:
        """Only for a valid form."""
        fields = {name: self.cleaned_data[name] for name in ("title", "artist_credit", "isrc", "mbid")}
        return {**fields, "duration_ms": self.cleaned_data["duration"]}


def format_isrc(isrc: str | None) -> str:
    """An ISRC with hyphens between its parts, as people write it; "" for none."""
    return f"{isrc[:2]}-{isrc[2:5]}-{isrc[5:7]}-{isrc[7:]}" if isrc else ""


def format_length(milliseconds: int | None) -> str:
    """A length as 3:41 or 1:02:05, with a fraction where there is one; "" for none."""
    if not milliseconds:
        return ""
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    whole = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{whole}.{fraction:03}".rstrip("0") if fraction else whole
