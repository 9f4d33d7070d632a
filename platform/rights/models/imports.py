"""Catalogue files that rightsholders bring, and what was found about each of their lines."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Artist, Recording, Work
from rights.models.parties import Party
from rights.shares import WHOLE


class CatalogImport(models.Model):
    """One catalogue file. It is read first; its good lines come in together, once somebody says so.

    Migration 0002 has a trigger: what was imported is not changed or removed, and whoever signs asked for it.
    """

    class State(models.TextChoices):
        READING = "reading", "Reading"
        READY = "ready", "Read"
        REQUESTED = "requested", "Importing"
        DONE = "done", "Imported"
        REFUSED = "refused", "Cannot be read"

    party = models.ForeignKey(Party, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    description = models.CharField(max_length=80, blank=True, default="", db_default="", help_text="how it is read")
    size = models.PositiveIntegerField(help_text="in bytes")
    position = models.PositiveIntegerField(default=0, db_default=0, help_text="how many of the bytes were read")
    lines = models.PositiveIntegerField(default=0, db_default=0, help_text="how many lines were read")
    last_number = models.PositiveIntegerField(default=0, db_default=0, help_text="the number of the last line read")
    state = models.CharField(max_length=9, choices=State.choices, default=State.READING, db_default=State.READING)
    problem = models.CharField(max_length=500, blank=True, default="", db_default="", help_text="for people")
    uploaded_at = models.DateTimeField(db_default=Now())
    uploaded_by = models.CharField(max_length=80)
    requested_by = models.CharField(max_length=80, null=True, help_text="who signs for the party and asked for it")
    imported_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="when the artists and those whom it asks were told")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "ready", "requested", "done", "refused"]),
                name="an_import_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "done"], requested_by__isnull=False)
                | ~Q(state__in=["requested", "done"]) & Q(requested_by=None),
                name="somebody_asked_for_an_import",
            ),
            models.CheckConstraint(
                condition=Q(state="done", imported_at__isnull=False) | ~Q(state="done") & Q(imported_at=None),
                name="a_finished_import_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(imported_at__isnull=False), name="a_finished_import_is_told"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["reading", "requested"]), name="imports_with_work"),
            models.Index(fields=["id"], condition=Q(state="done", told_at=None), name="imports_to_tell"),
            models.Index(fields=["party", "-id"], name="imports_of_a_party"),
        ]

    def __str__(self) -> str:
        return f"import:{self.pk}"


class ImportFile(models.Model):
    """The content of a file until it has been read. It stands in the database, so that both come and go together."""

    catalog_import = models.OneToOneField(CatalogImport, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of import:{self.pk}"


class ImportLine(models.Model):
    """One line of a file, and what importing it would do."""

    class Verdict(models.TextChoices):
        NEW = "new", "New"
        SAME = "same", "Same"
        CHANGED = "changed", "Changed"
        WAITS = "waits", "Waits"
        NO = "no", "No"

    catalog_import = models.ForeignKey(CatalogImport, models.CASCADE, db_index=False, related_name="verdicts")
    number = models.PositiveIntegerField(help_text="of the line in the file")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    reason = models.CharField(max_length=16, help_text="see rights.imports.reasons")
    facts = models.JSONField(default=dict, help_text="what the reason names; of a changed line the old values")
    title = models.CharField(max_length=1024)
    artist_name = models.CharField(max_length=200)
    artist = models.ForeignKey(Artist, models.PROTECT, null=True, db_index=False, related_name="+")
    isrc = models.CharField(max_length=12, null=True)
    mbid = models.UUIDField(null=True)
    work_title = models.CharField(max_length=1024, default="", help_text="empty: that of the recording")
    iswc = models.CharField(max_length=11, null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    share = models.PositiveSmallIntegerField(default=0, help_text="of the party that brings the file")
    named = models.JSONField(default=list, help_text="what it says others own: their role, party, name and share")
    unshared = models.CharField(
        max_length=40, default="", help_text="the roles that it names several for, without shares"
    )
    text_key = models.BinaryField(max_length=32, null=True)
    names_key = models.BinaryField(max_length=32, null=True)
    leads_key = models.BinaryField(max_length=32, null=True)
    # Without foreign keys, which would be checked for each line: migration 0002 asks for all of an import at its end.
    recording = models.ForeignKey(
        Recording,
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="which it is of, or became",
    )
    work = models.ForeignKey(
        Work,
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="which the recording is of",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["catalog_import", "number"], name="a_line_once_an_import"),
            models.CheckConstraint(
                condition=Q(verdict__in=["new", "same", "changed", "waits", "no"]), name="a_line_has_a_known_verdict"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["waits", "no"])
                | Q(artist__isnull=False, text_key__isnull=False, share__lte=WHOLE) & (Q(share__gte=1) | ~Q(named=[])),
                name="a_good_line_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["catalog_import", "verdict", "number"], name="lines_by_verdict")]

    def __str__(self) -> str:
        return f"line {self.number} of import:{self.catalog_import_id}"


class ImportedArtist(models.Model):
    """How many recordings of one artist an import added and changed: what the artist's team is told.

    Migration 0002 has a trigger: the rows are counted from the lines when the import is done.
    """

    catalog_import = models.ForeignKey(CatalogImport, models.CASCADE, db_index=False, related_name="artists")
    artist = models.ForeignKey(Artist, models.PROTECT, db_index=False, related_name="+")
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artist", "catalog_import"], name="an_artist_once_an_import"),
            models.CheckConstraint(condition=Q(added__gt=0) | Q(changed__gt=0), name="an_artist_of_an_import_has_news"),
        ]

    def __str__(self) -> str:
        return f"artist:{self.artist_id} in import:{self.catalog_import_id}"
