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
                    "left_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="set by the database: nothing new is sold or asked for since",
                        null=True,
                    ),
                ),
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
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.work",
                    ),
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
        migrations.CreateModel(
            name="AudioFile",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("frames", models.PositiveIntegerField(help_text="at 44100 a second")),
                ("channels", models.PositiveSmallIntegerField()),
                ("size", models.PositiveBigIntegerField(help_text="in bytes")),
                (
                    "peaks",
                    models.BinaryField(
                        help_text="a byte for each twentieth of a second: how loud its loudest sample is"
                    ),
                ),
                (
                    "stored_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="when somebody last brought it"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="an_audio_file_is_named_by_a_hash"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frames__gt", 0), ("frames__lte", 52920000)),
                        name="an_audio_file_has_a_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channels__in", [1, 2])), name="an_audio_file_has_one_channel_or_two"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="an_audio_file_is_not_empty"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordingSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "version",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000),
                        ]
                    ),
                ),
                ("content", models.TextField()),
                (
                    "digest",
                    models.CharField(
                        editable=False, help_text="SHA-256 of the content; a trigger writes it", max_length=64
                    ),
                ),
                ("confirmed_by", models.CharField(max_length=80)),
                ("confirmed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sources", to="catalog.recording"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SourceOutline",
            fields=[
                (
                    "recording",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="outline",
                        serialize=False,
                        to="catalog.recording",
                    ),
                ),
                ("typed", models.JSONField(db_default={}, default=dict)),
                ("heard", models.JSONField(db_default={}, default=dict)),
                (
                    "heard_of",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="hash of the files", max_length=64
                    ),
                ),
                (
                    "is_wanted",
                    models.BooleanField(db_default=False, default=False, help_text="somebody waits for the machine"),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("is_wanted", True)), fields=["recording"], name="outlines_to_hear")
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceStem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stem", models.SlugField(max_length=40)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("drums", "Drums"),
                            ("bass", "Bass"),
                            ("chords", "Chords"),
                            ("vocals", "Voice"),
                            ("other", "Other"),
                            ("master", "Whole song"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "audio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stems", to="catalog.audiofile"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stems", to="catalog.recordingsource"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AudioUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField(help_text="in bytes")),
                (
                    "received",
                    models.PositiveBigIntegerField(db_default=0, default=0, help_text="bytes that are stored"),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("drums", "Drums"),
                            ("bass", "Bass"),
                            ("chords", "Chords"),
                            ("vocals", "Voice"),
                            ("other", "Other"),
                            ("master", "Whole song"),
                        ],
                        db_default="",
                        default="",
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sending", "on the way"),
                            ("waiting", "to be checked"),
                            ("checked", "here"),
                            ("refused", "to fix"),
                        ],
                        db_default="sending",
                        default="sending",
                        max_length=7,
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="why it was refused", max_length=40
                    ),
                ),
                (
                    "facts",
                    models.JSONField(
                        db_default={}, default=dict, help_text="format, rate, bits and clipping of what was sent"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("uploaded_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "touched_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="when the last part came"
                    ),
                ),
                (
                    "audio",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="catalog.audiofile",
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uploads", to="catalog.recording"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["id"], name="uploads_to_check")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0), ("size__lte", 1073741824)), name="an_upload_has_a_size"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("received__lt", models.F("size")), ("state", "sending")),
                            models.Q(models.Q(("state", "sending"), _negated=True), ("received", models.F("size"))),
                            _connector="OR",
                        ),
                        name="an_upload_is_whole_before_it_is_checked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("audio__isnull", False), ("state", "checked")),
                            models.Q(models.Q(("state", "checked"), _negated=True), ("audio", None)),
                            _connector="OR",
                        ),
                        name="a_checked_upload_has_its_audio",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("problem", ""), _negated=True)),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("problem", "")),
                            _connector="OR",
                        ),
                        name="a_refused_upload_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role", ""),
                            ("role__in", ["drums", "bass", "chords", "vocals", "other", "master"]),
                            _connector="OR",
                        ),
                        name="an_uploads_role",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="recordingsource",
            constraint=models.UniqueConstraint(fields=("recording", "version"), name="one_source_a_version"),
        ),
        migrations.AddConstraint(
            model_name="recordingsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="versions_of_a_source_begin_at_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcestem",
            constraint=models.UniqueConstraint(fields=("source", "stem"), name="a_stem_once_a_source"),
        ),
        migrations.AddConstraint(
            model_name="sourcestem",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["drums", "bass", "chords", "vocals", "other", "master"])),
                name="a_stems_role",
            ),
        ),
    ]
