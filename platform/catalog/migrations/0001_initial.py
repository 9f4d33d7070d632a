import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import catalog.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("side", models.PositiveSmallIntegerField(help_text="pixels of the large file, which is a square")),
                (
                    "stored_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="when somebody last uploaded it"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[0-9a-f]{64}$")), name="a_picture_is_named_by_a_hash"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Artist",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, validators=[catalog.validators.validate_name])),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("mbid", models.UUIDField(blank=True, null=True, unique=True)),
                (
                    "spot",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("coral", "Coral"),
                            ("amber", "Amber"),
                            ("moss", "Moss"),
                            ("leaf", "Leaf"),
                            ("sea", "Sea"),
                            ("sky", "Sky"),
                            ("cobalt", "Cobalt"),
                            ("heather", "Heather"),
                            ("rose", "Rose"),
                            ("clay", "Clay"),
                            ("slate", "Slate"),
                        ],
                        db_default="",
                        default="",
                        help_text="empty: one by the id",
                        max_length=7,
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="one line for fans", max_length=300
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.picture",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "team",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="artist", to="accounts.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArtistLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("label", models.CharField(max_length=40)),
                ("url", models.CharField(help_text="as catalog.links.parse_link returns it", max_length=200)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="catalog.artist"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("artist", "position"), name="links_have_an_order"),
                    models.CheckConstraint(condition=models.Q(("position__lt", 5)), name="an_artist_has_few_links"),
                    models.CheckConstraint(
                        condition=models.Q(("url__regex", "^https://[a-z0-9-]+(\\.[a-z0-9-]+)+([/?#][!-~]*)?$")),
                        name="a_link_is_https",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=1024)),
                ("artist_credit", models.CharField(max_length=2048)),
                (
                    "isrc",
                    models.CharField(
                        blank=True,
                        max_length=12,
                        null=True,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}\\Z")],
                    ),
                ),
                ("mbid", models.UUIDField(blank=True, null=True, unique=True)),
                ("duration_ms", models.PositiveIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "cover",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.picture",
                    ),
                ),
                (
                    "is_main",
                    models.BooleanField(
                        db_default=False, default=False, help_text="of those with the same title and names"
                    ),
                ),
                ("text_key", models.BinaryField(max_length=32)),
                ("names_key", models.BinaryField(max_length=32)),
                ("leads_key", models.BinaryField(max_length=32)),
                ("key_version", models.PositiveSmallIntegerField(default=2, editable=False)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recordings", to="catalog.artist"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(help_text="below MEDIA_ROOT; never shown to anybody", max_length=200)),
                ("seconds", models.DecimalField(decimal_places=3, max_digits=8)),
                ("sha256", models.CharField(max_length=64)),
                ("content_type", models.CharField(max_length=40)),
                (
                    "recording",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sound", to="catalog.recording"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Work",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=1024)),
                (
                    "iswc",
                    models.CharField(
                        blank=True,
                        max_length=11,
                        null=True,
                        unique=True,
                        validators=[catalog.validators.validate_iswc],
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="RecordingWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.PositiveSmallIntegerField(db_default=1, default=1)),
                ("added_by", models.CharField(max_length=80)),
                (
                    "live_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="not before it was said"
                    ),
                ),
                ("live_until", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(max_length=80, null=True)),
                (
                    "recording",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.work"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("weight__gte", 1)), name="a_work_has_a_weight"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by", None), ("live_until", None)),
                            models.Q(("ended_by__isnull", False), ("live_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="somebody_ended_a_recordings_work",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("live_until", None), ("live_until__gte", models.F("live_from")), _connector="OR"
                        ),
                        name="a_recordings_work_ends_after_its_start",
                    ),
                ],
                "indexes": [models.Index(fields=["recording", "work"], name="works_of_a_recording")],
            },
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["text_key"], name="recording_by_text"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["names_key"], name="recording_by_names"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["leads_key"], name="recording_by_leads"),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_main", True)), fields=("artist", "names_key"), name="one_main_recording_a_song"
            ),
        ),
        migrations.AddConstraint(
            model_name="sound",
            constraint=models.CheckConstraint(condition=models.Q(("seconds__gt", 0)), name="a_sound_lasts"),
        ),
        migrations.AddConstraint(
            model_name="sound",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_type__startswith", "audio/")), name="a_sound_is_audio"
            ),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.CheckConstraint(
                condition=models.Q(("isrc", None), ("isrc__regex", "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"), _connector="OR"),
                name="an_isrc_has_twelve_characters",
            ),
        ),
    ]
