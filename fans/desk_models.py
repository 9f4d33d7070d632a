"""What a fan is making at the remix desk, and the attempts that they kept."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from catalog.models import Recording

MAX_TRIES = 10


class Choice(models.TextChoices):
    """Who chose what is new in a recipe. The mark of a remix follows from it."""

    HAND = "hand", "the fan: by hand, by a mood, by words that rules understood"
    RULES = "rules", "rules, from the fan's listening"
    TEAM = "team", "the artist's side, who suggested it"


class RemixDesk(models.Model):
    """What one fan makes of one recording: the recipe now, and those before it, which undo brings back."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+")
    recipe = models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")
    choice = models.CharField(max_length=5, choices=Choice.choices, default=Choice.HAND)
    earlier = models.JSONField(default=list, help_text="pairs of recipe and choice, the newest last")
    surprises = models.PositiveIntegerField(default=0, help_text="how often the fan asked for a surprise")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "recording"], name="one_desk_a_fan_and_recording"),
            models.CheckConstraint(condition=Q(choice__in=["hand", "rules", "team"]), name="a_desk_says_who_chose"),
        ]

    def __str__(self) -> str:
        return f"remix_desk:{self.pk}"


class RemixTry(models.Model):
    """An attempt that the fan kept, without sound. A fan keeps ten of a recording at most."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    recipe = models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")
    choice = models.CharField(max_length=5, choices=Choice.choices)
    instead_of = models.BigIntegerField(
        null=True, help_text="the draft that the artist's side declined and suggested this for; a plain id"
    )
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "remix tries"
        constraints = [
            models.UniqueConstraint(fields=["person", "recording", "number"], name="tries_have_numbers"),
            models.UniqueConstraint(fields=["person", "recording", "recipe"], name="a_try_is_kept_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MAX_TRIES), name="ten_tries_at_most"),
            models.CheckConstraint(condition=Q(choice__in=["hand", "rules", "team"]), name="a_try_says_who_chose"),
        ]

    def __str__(self) -> str:
        return f"remix_try:{self.pk}"

    @property
    def from_artist(self) -> bool:
        return self.instead_of is not None


class RemixPart(models.Model):
    """A part of a remix that the fan has heard at the desk. A fan hears parts there, never the whole.

    `family` is the same for recipes that sound alike, so that a tiny change does not open another part.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+")
    family = models.CharField(max_length=64)
    section = models.SlugField(max_length=40, help_text="the id of the section in the source")
    seconds = models.PositiveSmallIntegerField()
    heard_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "recording", "family", "section"], name="a_part_counts_once"),
            models.CheckConstraint(condition=Q(seconds__gte=1, seconds__lte=20), name="a_part_has_20_seconds_at_most"),
        ]
        indexes = [models.Index(fields=["heard_at"], name="remix_parts_by_age")]

    def __str__(self) -> str:
        return f"remix_part:{self.pk}"
