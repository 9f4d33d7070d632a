import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),
        ("events", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uri", models.CharField(max_length=256, unique=True)),
                (
                    "topic",
                    models.OneToOneField(
                        help_text="empty for our own APIs",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.sourcetopic",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SourceFan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("allowed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="listens.source")),
            ],
        ),
        migrations.AddField(
            model_name="source",
            name="fans",
            field=models.ManyToManyField(related_name="+", through="listens.SourceFan", to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("second", models.BigIntegerField()),
                ("text_key", models.BinaryField(max_length=32)),
                ("key_version", models.PositiveSmallIntegerField(default=2)),
                ("client", models.CharField(blank=True, max_length=128)),
                ("time_basis", models.CharField(blank=True, max_length=9)),
                ("duration_ms", models.BigIntegerField(null=True)),
                ("played_ms", models.BigIntegerField(null=True)),
                ("retracted_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="listens.source",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incognito",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "until"], name="incognito_of_a_fan")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("person",), name="one_open_incognito_a_fan"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="incognito_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Listen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("second", models.BigIntegerField(help_text="started_at in whole seconds since 1970")),
                ("text_key", models.BinaryField(max_length=32)),
                ("key_version", models.PositiveSmallIntegerField(default=2)),
                ("event_id", models.CharField(max_length=128)),
                ("title", models.CharField(max_length=1024)),
                ("artist_credit", models.CharField(max_length=2048)),
                ("album", models.CharField(blank=True, max_length=1024)),
                ("isrc", models.CharField(blank=True, max_length=12)),
                ("recording_mbid", models.UUIDField(null=True)),
                ("duration_ms", models.BigIntegerField(null=True)),
                ("played_ms", models.BigIntegerField(null=True)),
                ("time_basis", models.CharField(max_length=9)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("live", "Live"),
                            ("import", "Import"),
                            ("upload", "Upload"),
                            ("manual", "Manual"),
                            ("replay", "Replay"),
                        ],
                        max_length=6,
                    ),
                ),
                ("client", models.CharField(blank=True, max_length=128)),
                ("extra", models.JSONField(default=dict)),
                ("accepted_at", models.DateTimeField(help_text="when our API accepted it")),
                ("counted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("set_aside", models.BooleanField(db_default=False, default=False)),
                (
                    "retracted_at",
                    models.DateTimeField(help_text="the fan retracted it; the consumer will delete the row", null=True),
                ),
                (
                    "duplicate_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same_client", "told again by the same client before the song can have ended"),
                            ("other_client", "told by another client too"),
                            (
                                "other_end",
                                "told by another client too, with another time: the start or the end of the song",
                            ),
                        ],
                        db_default="",
                        default="",
                        max_length=12,
                    ),
                ),
                (
                    "is_separate",
                    models.BooleanField(
                        db_default=False, default=False, help_text="the fan said that it is a play of its own"
                    ),
                ),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="the listen that counts for the same play; itself no duplicate",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="duplicates",
                        to="listens.listen",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="listens.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-started_at"], name="listens_of_a_fan"),
                    models.Index(
                        condition=models.Q(("duplicate_of__isnull", False)),
                        fields=["duplicate_of"],
                        name="duplicates_of_a_listen",
                    ),
                    models.Index(
                        django.db.models.fields.json.KT("extra__playback__context_uri"),
                        condition=models.Q(("extra__playback__context_uri__startswith", "shelf:")),
                        name="listens_of_shelves",
                    ),
                    models.Index(
                        condition=models.Q(("key_version", 2), _negated=True),
                        fields=["id"],
                        name="listens_with_an_older_key",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "second", "text_key"), name="one_listen_a_second_and_text"
                    ),
                    models.UniqueConstraint(fields=("person", "source", "event_id"), name="one_listen_an_event"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("duplicate_of", None), ("duplicate_reason", "")),
                            models.Q(
                                ("duplicate_of__isnull", False),
                                ("duplicate_reason__in", ["same_client", "other_client", "other_end"]),
                                ("is_separate", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_duplicate_says_why",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("topic", None), ("uri__startswith", "/api/")),
                    models.Q(("topic__isnull", False), models.Q(("uri__startswith", "/api/"), _negated=True)),
                    _connector="OR",
                ),
                name="a_topic_unless_it_is_ours",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcefan",
            constraint=models.UniqueConstraint(fields=("source", "person"), name="a_source_once_a_fan"),
        ),
        migrations.AddConstraint(
            model_name="tombstone",
            constraint=models.UniqueConstraint(
                fields=("person", "second", "text_key", "key_version"), name="one_tombstone_a_listen"
            ),
        ),
    ]
