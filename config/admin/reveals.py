"""The forms of the operator's window, and the audit entries written before anything personal is shown."""

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.db import models, transaction

from accounts.models import Person
from audit import trail
from web import rate_limits

HOUR = 3600  # seconds


class TooManyReveals(Exception):
    """This operator revealed as much as is allowed in an hour."""


class Reason(models.TextChoices):
    """Why personal text is looked at."""

    FAN_ASKED = "fan_asked", "A fan asked for help"
    TEAM_ASKED = "team_asked", "An artist’s team asked for help"
    REPORT = "report", "A report or an appeal is looked into"
    FAULT = "fault", "A fault is looked into"
    LAW = "law", "The law or an authority demands it"


class RevealForm(forms.Form):
    """A reason from a list, and the number of the case.

    The audit keeps both as they are and must never hold personal text. So neither can be typed freely: a sentence
    would name fans sooner or later, and of a digest of it nobody could read why something was revealed.
    """

    reason = forms.ChoiceField(choices=[("", "Choose a reason"), *Reason.choices])
    case = forms.RegexField(
        r"^[A-Z]{0,10}[-#]?[0-9]{1,8}\Z",
        label="Case number",
        max_length=20,
        help_text="Of your ticket system, for example SUP-1234.",
        error_messages={"invalid": "Capital letters and digits only, for example SUP-1234."},
    )


class FindForm(forms.Form):
    """What one object is found by."""

    key = forms.CharField(max_length=254)


def record_reveal(model: str, subject: str, fields: Sequence[str], form: RevealForm, by: Person) -> None:
    """Commit the audit entry of one reveal of `model` (`<app>.<model>`). Call it before the fields are read.

    Raises TooManyReveals, and RuntimeError inside a transaction, which could still take the entry back.
    """
    count_reveal(by)
    about = {"model": model, "fields": list(fields)}
    with transaction.atomic(durable=True):
        trail.record("operator.revealed", by=by.actor, subject=subject, **about, **form.cleaned_data)


def record_find(subject: str, field: str, by: Person) -> None:
    """Commit the audit entry of a person who was found by an e-mail address or a handle."""
    with transaction.atomic(durable=True):
        trail.record("operator.found", by=by.actor, subject=subject, field=field)


def count_reveal(by: Person) -> None:
    """Count one reveal, or one search for a person. Raises TooManyReveals above OPERATOR_REVEALS_PER_HOUR."""
    if not rate_limits.hit(f"operator:{by.pk}", settings.OPERATOR_REVEALS_PER_HOUR, HOUR).allowed:
        raise TooManyReveals
