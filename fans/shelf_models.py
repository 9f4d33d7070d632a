"""Remixes that fans offer to the shelf of their artist, where other fans hear them."""

from typing import Self

from django.db import models
from django.db.models import CharField, Exists, F, GeneratedField, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import AgeBand, Consent, Person
from ai.names import MAX_NAME_LENGTH
from catalog.models import Artist, Recording
from fans.marks import Mark
from fans.remix_models import RemixOffer, Render
from rights.hashing import new_salt
from rights.models import Decision, ShelfHash


class ShelfEntryQuerySet(models.QuerySet["ShelfEntry"]):
    def open(self) -> Self:
        """Those that wait for the team or stand on the shelf."""
        return self.filter(state__in=[ShelfEntry.State.OFFERED, ShelfEntry.State.ON])

    def shown(self) -> Self:
        """Those on the shelf, of people with an account, whose songs are open for remixes that others may hear."""
        shared = RemixOffer.objects.open().shared().filter(recording=OuterRef("recording"))
        return self.filter(Exists(shared), state=ShelfEntry.State.ON, person__is_active=True)


class ShelfEntry(models.Model):
    """A delivered remix that its maker offered to the artist's shelf, and what the team decided.

    `shelf_hash` covers the copy for the shelf, the mark and the name. On the shelf it equals the hash of its decision,
    by a composite foreign key in migration 0002. An entry ends once; another offer is another row.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Waits for the team"
        ON = "on", "On the shelf"
        DECLINED = "declined", "Declined"
        OFF = "off", "Taken off"

    experience = models.ForeignKey("fans.Experience", models.PROTECT, related_name="shelf_entries")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", help_text="who made it")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+")
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+", help_text="to the terms of the shelf")
    render = models.OneToOneField(
        Render, models.SET_NULL, null=True, related_name="shelf_entry", help_text="the copy for the shelf"
    )
    sha256 = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="of the copy; set with the decision"
    )
    mark = models.CharField(max_length=8, choices=Mark.choices)
    credit = models.CharField(max_length=140)
    salt = models.CharField(max_length=32, null=True, default=new_salt)
    name = models.CharField(
        max_length=MAX_NAME_LENGTH, null=True, help_text="of the maker, as others read it; empty: a fan"
    )
    is_name_refused = models.BooleanField(default=False, db_default=False)
    shelf_hash = GeneratedField(
        expression=ShelfHash(
            F("salt"), F("person"), F("artist"), F("render"), F("sha256"), F("mark"), F("credit"), F("name")
        ),
        output_field=CharField(max_length=64),
        db_persist=True,
    )
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFFERED, db_default=State.OFFERED)
    offered_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    decided_at = models.DateTimeField(null=True, help_text="set by the database")
    decided_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, help_text="set by the database")
    ended_by = models.CharField(max_length=80, blank=True, default="", db_default="")

    objects = ShelfEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "shelf entries"
        constraints = [
            models.UniqueConstraint(
                fields=["experience"],
                condition=Q(state__in=["offered", "on"]),
                name="a_remix_is_offered_to_the_shelf_once",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", decision=None, decided_at=None, decided_by="", ended_at=None, ended_by="")
                | Q(state="on", decision__isnull=False, shelf_hash__isnull=False, decided_at__isnull=False)
                & Q(ended_at=None, ended_by="")
                & ~Q(decided_by="")
                | Q(state="declined", decision=None, decided_at__isnull=False, ended_at=None, ended_by="")
                & ~Q(decided_by="")
                | Q(state="off", ended_at__isnull=False) & ~Q(ended_by=""),
                name="a_shelf_entry_is_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "on"])
                | Q(name__isnull=False, salt__isnull=False, render__isnull=False),
                name="an_open_shelf_entry_is_whole",
            ),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="a_shelf_entry_has_a_mark"),
            models.CheckConstraint(
                condition=Q(is_name_refused=False) | Q(name="") | Q(name=None), name="a_refused_name_is_gone"
            ),
        ]
        indexes = [
            models.Index(fields=["artist", "-id"], condition=Q(state="on"), name="shelf_of_an_artist"),
            models.Index(fields=["artist", "id"], condition=Q(state="offered"), name="offered_to_an_artist"),
        ]

    def __str__(self) -> str:
        return f"shelf:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for the team or stands on the shelf."""
        return self.state in (self.State.OFFERED, self.State.ON)

    @property
    def maker(self) -> str:
        """The name that others read, or "" for a fan without one. Under 18 nobody has one. Reads the person."""
        return (self.name or "") if self.person.age_band == AgeBand.ADULT else ""

    @property
    def mark_words(self) -> str:
        """What everybody but the maker reads."""
        return Mark(self.mark).text_for_others(self.credit, self.maker)
