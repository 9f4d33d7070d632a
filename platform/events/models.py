"""Records on their way to Kafka, the offsets that consumers have reached, and the records they could not process."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

# Lower-case words between dots and hyphens, and no name that begins like one of ours (events.topics). Without
# underscores: Kafka takes "a.b" and "a_b" for the same name in its metrics, and refuses the second.
SOURCE_TOPIC_PATTERN = r"^(?!(listens|notices|experiences|entitlements)\.)[a-z0-9]+([.-][a-z0-9]+)*$"
MAX_SOURCE_TOPIC_LENGTH = 80


class SourceTopic(models.Model):
    """The topic of one producer outside of Fanfare. Its row is what the consumer and the relay read its name from."""

    name = models.CharField(max_length=MAX_SOURCE_TOPIC_LENGTH, primary_key=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=SOURCE_TOPIC_PATTERN), name="plain_name_and_none_of_ours")
        ]

    def __str__(self) -> str:
        return self.name


class Outbox(models.Model):
    """A record that must reach Kafka. It is unsent until the relay writes its topic id, partition and offset.

    A listen is kept here until the stored offset of its consumer has passed it. So a broker that loses its data loses
    no listens. Other records are deleted once the broker has acknowledged them.
    """

    topic = models.CharField(max_length=80)
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    headers = models.JSONField(null=True, help_text="pairs of name and value, percent-encoded")
    keep_until_counted = models.BooleanField(help_text="stays until its consumer has passed it")
    created_at = models.DateTimeField(db_default=Now())
    topic_id = models.UUIDField(null=True)
    partition = models.PositiveIntegerField(null=True)
    offset = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "outbox"
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
    """The next offset of one consumer in one partition. It moves in the transaction that stores the batch's effects."""

    consumer = models.CharField(max_length=40)
    topic = models.CharField(max_length=80)
    topic_id = models.UUIDField()
    partition = models.PositiveIntegerField()
    next = models.BigIntegerField(help_text="the first offset not yet processed")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "topic_id", "partition"], name="one_offset_a_partition")
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.topic}/{self.partition}: {self.next}"


class DeadLetter(models.Model):
    """A record that a consumer could not process: its bytes, position and the reason. It can be replayed."""

    topic = models.CharField(max_length=80)
    topic_id = models.UUIDField()
    partition = models.PositiveIntegerField()
    offset = models.BigIntegerField()
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    is_complete = models.BooleanField(default=True, help_text="false: only the beginning of a large value is kept")
    headers = models.JSONField(null=True, help_text="pairs of name and value, percent-encoded")
    reason = models.CharField(max_length=500)
    stored_at = models.DateTimeField(db_default=Now())
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic_id", "partition", "offset"], name="one_dead_letter_a_record")
        ]

    def __str__(self) -> str:
        return f"dead letter:{self.pk}"
