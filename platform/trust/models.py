"""Reports by fans about what they received, or heard on a shelf, and how staff handled them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person

MAX_WORDS_LENGTH = 1000
MAX_NOTE_LENGTH = 500


class Report(models.Model):
    """One fan's report on one experience, or on a remix that another fan shared. Staff handle it once.

    The texts can be erased; the row stays.
    """

    class Reason(models.TextChoices):
        HURTFUL = "hurtful", "It is hurtful"
        SEXUAL = "sexual", "It is sexual"
        UNTRUE = "untrue", "It says something that is not true"
        PRETENDS = "pretends", "It pretends to be somebody"
        LEADS_AWAY = "leads_away", "It asks for money or leads elsewhere"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        UPHELD = "upheld", "Upheld"
        DISMISSED = "dismissed", "Dismissed"

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # Plain ids: experiences and programs belong to rooms above this one, and the report must survive them.
    subject = models.CharField(max_length=80, help_text="experience:<uuid>, or shelf:<id>")
    artist = models.BigIntegerField(help_text="id of the artist when the fan reported")
    program = models.BigIntegerField(
        null=True,
        help_text="id of the program that made the experience; NULL: it is an entry of a shelf",
    )
    # Facts from rooms above, for the weight (trust/weights.py). The rest of the facts is read when reports are counted.
    listens = models.PositiveIntegerField(
        help_text="how often the fan had listened to the artist; no higher than the weight asks"
    )
    audience = models.PositiveIntegerField(
        null=True, help_text="how many fans had received something of the program, up to a limit"
    )
    reason = models.CharField(max_length=10, choices=Reason.choices)
    words = models.CharField(max_length=MAX_WORDS_LENGTH, null=True, help_text="what the fan wrote; NULL when erased")
    shown = models.JSONField(null=True, help_text="artist, text, mark, why: as the fan saw them; NULL when erased")
    at = models.DateTimeField(db_default=Now())
    to_count = models.BooleanField(default=True, help_text="the reports on its program are yet to be counted again")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    handled_by = models.CharField(max_length=80, null=True, help_text="person:<uuid> of the staff")
    handled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=MAX_NOTE_LENGTH, blank=True, help_text="why staff decided so, in their words")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "subject"], name="a_fan_reports_a_thing_once"),
            models.CheckConstraint(
                condition=Q(subject__startswith="experience:", program__isnull=False, audience__isnull=False)
                | Q(subject__regex=r"^shelf:[0-9]{1,18}$", program=None, audience=None),
                name="a_report_is_on_what_a_program_made_or_on_a_shelf",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["hurtful", "sexual", "untrue", "pretends", "leads_away", "other"]),
                name="a_report_has_a_reason",
            ),
            models.CheckConstraint(condition=Q(audience__gte=1), name="what_is_reported_reached_somebody"),
            models.CheckConstraint(
                condition=Q(state="open", handled_by=None, handled_at=None, note="")
                | Q(state__in=["upheld", "dismissed"], handled_by__isnull=False, handled_at__isnull=False)
                & ~Q(note=""),
                name="somebody_handled_a_report_and_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(state="open"), name="reports_to_handle"),
            models.Index(fields=["-handled_at"], condition=~Q(state="open"), name="reports_handled"),
            models.Index(fields=["by", "-handled_at"], condition=~Q(state="open"), name="reports_answered"),
            models.Index(fields=["id"], condition=Q(to_count=True), name="reports_to_count"),
            models.Index(fields=["program", "at"], name="reports_of_a_program"),
            models.Index(fields=["artist", "-at"], name="reports_of_an_artist"),
        ]

    def __str__(self) -> str:
        return f"report:{self.pk}"

    @property
    def is_on_shelf(self) -> bool:
        """Whether it is on a remix that another fan shared, which no program made."""
        return self.program is None
