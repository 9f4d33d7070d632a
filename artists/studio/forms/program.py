"""Forms of the program pages: the name of a new program, and the choices in the sentence of a version."""

from collections.abc import Mapping
from typing import Any, Self

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.choices import CallableChoiceIterator
from django.utils.functional import cached_property

from ai.previews import ProgramFacts
from artists.models import Program, ProgramVersion
from artists.programs import MAX_NTH, MAX_REVIEW_SECONDS
from artists.studio.messages import format_duration
from catalog.models import Artist, Recording
from fans.models import RemixOffer
from fans.moment_text import describe_times
from web.parsers import parse_integer

HOUR_SECONDS, DAY_SECONDS = 3_600, 86_400
LISTEN_COUNTS = (1, 5, 10, 25, 50, 100, 250, 500, 1000)
DEFAULT_LISTEN_COUNT = 100
REVIEW_TIMES = (6 * HOUR_SECONDS, DAY_SECONDS, 3 * DAY_SECONDS, 7 * DAY_SECONDS, 30 * DAY_SECONDS)
MAX_RECORDING_CHOICES = 500
OTHER_COUNT = "other"
"""The value of `times` that says: the field `number` has the count."""
NUMBER_ERROR = f"How many times? A number from 1 to {MAX_NTH:,}."
REVIEW_TIME_ERROR = "Choose how long a draft may wait."


class ProgramNameForm(forms.Form):
    """The name of a new program, and what it sends: messages where nothing is chosen."""

    name = forms.CharField(label="What your team calls it", max_length=120)
    kind = forms.ChoiceField(
        label="What it sends",
        required=False,
        initial=Program.Kind.MESSAGE,
        widget=forms.RadioSelect,
        choices=[
            (Program.Kind.MESSAGE, "A message, in words that you sign"),
            (Program.Kind.REMIX, "A remix of one song, which rules choose inside the limits that you signed"),
        ],
    )

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Program.Kind.MESSAGE


class ProgramForm(forms.Form):
    """The choices of a program version: which listen, of which recording, and how long a draft may wait.

    It is always bound: to what somebody typed, or to a version. `cleaned_data["recording"]` is a `Recording` or None;
    a recording of another artist counts as none. After validation `cleaned_data["nth"]` is the number of the listen.
    """

    times = forms.ChoiceField(
        widget=forms.Select(attrs={"class": "sentence-select", "aria-label": "How often"}),
        error_messages={"required": NUMBER_ERROR, "invalid_choice": NUMBER_ERROR},
    )
    number = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "aria-describedby": "number-error"})
    )
    recording = forms.CharField(required=False)
    audience = forms.ChoiceField(
        label="Who can get it", required=False, choices=[
            (ProgramVersion.Audience.OPTED_IN, "Every fan who opted in"),
            (ProgramVersion.Audience.SUBSCRIBED, "Of them, fans whose tier includes it"),
        ],
    )  # fmt: skip
    seconds = forms.ChoiceField(error_messages={"required": REVIEW_TIME_ERROR, "invalid_choice": REVIEW_TIME_ERROR})

    def __init__(self, data: Mapping[str, Any], *, artist: Artist) -> None:
        super().__init__(data, auto_id="%s")
        self.artist = artist
        self._set_choices("times", self._times_choices())
        self._set_choices("seconds", self._review_time_choices())
        self.fields["recording"].widget = forms.Select(
            attrs={"class": "sentence-select", "aria-label": "Which song"},
            choices=CallableChoiceIterator(self._recording_choices),  # read from the database when it is rendered
        )

    @classmethod
    def from_version(cls, version: ProgramVersion | None, *, artist: Artist) -> Self:
        """The form with the choices of this version, or with the usual choices."""
        nth = version.nth if version else DEFAULT_LISTEN_COUNT
        data = {
            "times": str(nth) if nth in LISTEN_COUNTS else OTHER_COUNT,
            "number": "" if nth in LISTEN_COUNTS else str(nth),
            "recording": str(version.recording_id or "") if version else "",
            "audience": version.audience if version else ProgramVersion.Audience.OPTED_IN,
            "seconds": str(version.review_seconds if version else settings.REVIEW_SECONDS),
        }
        return cls(data, artist=artist)

    def clean_recording(self) -> Recording | None:
        pk = parse_integer(self.cleaned_data["recording"])
        return self.artist.recordings.filter(pk=pk).first() if pk is not None else None

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        times, number = cleaned_data.get("times"), cleaned_data.get("number")
        nth = _parse_nth(number if times == OTHER_COUNT else times)
        if nth is None:
            self.add_error("number", NUMBER_ERROR)
        else:
            cleaned_data["nth"] = nth
        return cleaned_data

    @property
    def first_errors(self) -> dict[str, str]:
        """The first error of each field, by its name."""
        return {name: str(errors[0]) for name, errors in self.errors.items()}

    def preview_facts(self) -> ProgramFacts:
        """What previews assume: the number of the listen (the usual one while it is invalid) and the song's title."""
        self.is_valid()  # cleaned_data then has the valid fields, also of an invalid form
        nth, recording = self.cleaned_data.get("nth"), self.cleaned_data.get("recording")
        return ProgramFacts(nth or DEFAULT_LISTEN_COUNT, recording.title if recording else None)

    def version_fields(self) -> dict[str, Any]:
        """The arguments of `programs.edit` that this form decides. Only for a valid form."""
        nth = self.cleaned_data["nth"]
        return {
            "moment": ProgramVersion.MomentKind.FIRST_LISTEN if nth == 1 else ProgramVersion.MomentKind.NTH_LISTEN,
            "nth": nth,
            "recording": self.cleaned_data["recording"],
            "audience": self.cleaned_data["audience"] or ProgramVersion.Audience.OPTED_IN,
            "review_seconds": int(self.cleaned_data["seconds"]),
        }

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _times_choices(self) -> list[tuple[str, str]]:
        """The usual counts, the count in the data if it is another one, and "other"."""
        counts = [*LISTEN_COUNTS]
        own = _parse_nth(self.data.get("times"))
        counts += [own] if own and own not in counts else []
        number = str(self.data.get("number") or "").strip()
        other = f"{number} times" if number else "another number of times"
        return [*((str(count), describe_times(count)) for count in counts), (OTHER_COUNT, other)]

    def _review_time_choices(self) -> list[tuple[str, str]]:
        """The usual times, and the time in the data if it is another one."""
        times = [*REVIEW_TIMES]
        own = parse_integer(self.data.get("seconds"))
        times += [own] if own and own not in times and own <= MAX_REVIEW_SECONDS else []
        return [(str(seconds), format_duration(seconds)) for seconds in times]

    def _recording_choices(self) -> list[tuple[str, str]]:
        recordings = self.artist.recordings.order_by("title", "pk")[:MAX_RECORDING_CHOICES]
        return [("", "your songs"), *((str(recording.pk), recording.title) for recording in recordings)]


class RemixProgramForm(ProgramForm):
    """The choices of a version of remixes. It needs a song that is open for them."""

    @cached_property
    def has_songs(self) -> bool:
        """Whether there is anything to choose, or was."""
        return self._songs().exists()

    def clean_recording(self) -> Recording:
        if recording := super().clean_recording():
            return recording
        raise forms.ValidationError("Choose the song. Its listens are counted, and it is what is remixed.")

    def _songs(self) -> QuerySet[Recording]:
        """Those that are open for remixes, and the chosen one."""
        is_open = Q(remix_offers__in=RemixOffer.objects.open())
        return self.artist.recordings.filter(is_open | Q(pk=parse_integer(self.data.get("recording"))))

    def _recording_choices(self) -> list[tuple[str, str]]:
        songs = self._songs().distinct().order_by("title", "pk")[:MAX_RECORDING_CHOICES]
        return [("", "a song"), *((str(song.pk), song.title) for song in songs)]


def _parse_nth(text: str | None) -> int | None:
    number = parse_integer((text or "").strip())
    return number if number is not None and 1 <= number <= MAX_NTH else None
