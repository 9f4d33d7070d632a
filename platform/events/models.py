"""What waits for Kafka, how far we have read it, and what could not be read."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Outbox(models.Model):
    """A record that must reach Kafka. Unsent until the relay writes where it landed.

    A listen *rests* here until the stored consumer offset has passed it, so that a broker which forgets costs
    nothing; a domain event goes once it is acknowledged. Nobody remembers the last id they read: ids are not
    commit order.
    """

    topic = models.CharField(max_length=80)
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    headers = models.JSONField(null=True, help_text="pairs of name and value, percent-encoded")
    rests = models.BooleanField(help_text="stays until counted")
    put_at = models.DateTimeField(db_default=Now())
    topic_id = models.UUIDField(null=True)
    partition = models.PositiveIntegerField(null=True)
    offset = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic_id=None, partition=None, offset=None)
                | Q(topic_id__isnull=False, partition__isnull=False, offset__isnull=False),
                name="sent_somewhere_or_nowhere",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(topic_id=None), name="outbox_unsent"),
            models.Index(fields=["topic_id", "partition", "offset"], name="outbox_sent"),
        ]

    def __str__(self) -> str:
        return f"outbox:{self.pk}"


class StoredOffset(models.Model):
    """How far a consumer has got, moved by compare-and-set in the transaction of the effects."""

    consumer = models.CharField(max_length=40)
    topic = models.CharField(max_length=80)
    topic_id = models.UUIDField()
    partition = models.PositiveIntegerField()
    next = models.BigIntegerField(help_text="the first offset not yet taken in")
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "topic_id", "partition"], name="one_offset_a_partition")
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.topic}/{self.partition}: {self.next}"


class DeadLetter(models.Model):
    """A record that could not be taken in: its bytes, where it stood, and why. A person can replay it."""

    topic = models.CharField(max_length=80)
    topic_id = models.UUIDField()
    partition = models.PositiveIntegerField()
    offset = models.BigIntegerField()
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    whole = models.BooleanField(default=True, help_text="false: the value was too large to keep, its end is missing")
    headers = models.JSONField(null=True, help_text="pairs of name and value, percent-encoded")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic_id", "partition", "offset"], name="one_dead_letter_a_record")
        ]

    def __str__(self) -> str:
        return f"dead letter:{self.pk}"
