import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.uuid
from django.conf import settings
from django.db import migrations, models

import fans.models
import rights.hashing
import rights.models.decisions


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("catalog", "0001_initial"),
        ("rights", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Preferences",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="preferences",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hide_ai", models.BooleanField(db_default=False, default=False)),
                ("welcomed_at", models.DateTimeField(help_text="when they finished or skipped onboarding", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Engagement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("listens", models.BigIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "artist",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.artist",
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "artist"), name="one_engagement_an_artist")],
            },
        ),
        migrations.CreateModel(
            name="Experience",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.db.models.functions.uuid.UUID7(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "draft",
                    models.BigIntegerField(
                        help_text="the draft it came from; a plain id: this app cannot import drafts", unique=True
                    ),
                ),
                ("kind", models.CharField(choices=[("message", "Message"), ("remix", "Remix")], max_length=12)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("personal_message", "Personal messages"),
                            ("remix", "Remixes"),
                            ("share", "Shared remixes"),
                            ("playlist", "Playlists"),
                            ("dj", "DJ sets"),
                            ("tier", "Subscription income"),
                            ("voice", "Voice imitations"),
                            ("train", "Training of models"),
                        ],
                        db_default="personal_message",
                        max_length=24,
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("written", "Written by {name}"),
                            ("recorded", "Recorded by {name}"),
                            ("filled", "{name}’s words, filled in for you"),
                            ("edited", "AI draft, edited and approved by {name}"),
                            ("approved", "AI-made, approved by {name}"),
                            ("remixed", "Remixed by you, approved by {name}"),
                            ("bounds", "AI-made within bounds {name} signed"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "credit",
                    models.CharField(help_text="the name in the mark: the artist’s, or the team’s", max_length=140),
                ),
                ("salt", models.CharField(max_length=32, null=True)),
                ("text", models.TextField(null=True)),
                (
                    "why",
                    models.JSONField(
                        help_text="why the fan got it, as facts of `artists.explanations`; erasable", null=True
                    ),
                ),
                ("maker", models.CharField(help_text="who made the original, as `Draft.maker`", max_length=120)),
                ("program", models.BigIntegerField(help_text="a plain id: this app cannot import programs")),
                (
                    "program_version",
                    models.PositiveIntegerField(help_text="the number of the program’s version"),
                ),
                (
                    "content_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=rights.models.ContentHash(
                            models.F("salt"),
                            models.F("person"),
                            models.F("artist"),
                            models.F("mark"),
                            models.F("credit"),
                            models.F("text"),
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                (
                    "after_end",
                    models.CharField(
                        choices=[("plays_on", "It plays on"), ("stops", "It stops")],
                        db_default="plays_on",
                        default="plays_on",
                        help_text="what the fan keeps when a yes ends, as the grants said at delivery",
                        max_length=8,
                    ),
                ),
                (
                    "why_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=rights.models.WhyHash(
                            models.F("salt"), models.F("person"), models.F("artist"), models.F("why")
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                ("receipt_key", models.CharField(default=fans.models.receipt_key, max_length=32, unique=True)),
                ("delivered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("opened_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "clearance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.storedclearance"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.decision"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="experiences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-delivered_at"], name="experiences_of_a_fan"),
                    models.Index(
                        condition=models.Q(("withdrawn_at__isnull", False)),
                        fields=["person", "-withdrawn_at"],
                        name="taken_back_from_a_fan",
                    ),
                    models.Index(
                        condition=models.Q(("mark__in", ["written", "recorded"])),
                        fields=["person", "-delivered_at"],
                        name="by_hand_to_a_fan",
                    ),
                    models.Index(fields=["program", "person"], name="audience_of_a_program"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content_hash__isnull", False), ("why_hash__isnull", False)),
                            models.Q(("salt__isnull", True), ("text__isnull", True), ("why__isnull", True)),
                            _connector="OR",
                        ),
                        name="text_is_hashed_or_gone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mark__in", ["written", "recorded", "filled", "edited", "approved", "remixed", "bounds"])
                        ),
                        name="one_of_the_seven_marks",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mark", "filled"), _negated=True), ("maker", "composer"), _connector="OR"
                        ),
                        name="no_model_put_a_word_into_a_filled_message",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "remix"), ("use", "remix")),
                            models.Q(("kind", "message"), models.Q(("use", "remix"), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_remix_is_used_as_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("program", models.BigIntegerField(help_text="a plain id: this app cannot import programs")),
                (
                    "name",
                    models.CharField(blank=True, help_text="the program’s name when it was paused", max_length=120),
                ),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "withdrawal_started_at",
                    models.DateTimeField(
                        help_text="when the drafts of the program that waited were withdrawn", null=True
                    ),
                ),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mutes", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawal_started_at", None)), fields=["id"], name="mutes_to_withdraw"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "program"),
                        name="one_active_mute_per_program",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OptIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "withdrawal_started_at",
                    models.DateTimeField(
                        help_text="when the drafts that waited under it were withdrawn, after it ended", null=True
                    ),
                ),
                (
                    "looked_back_at",
                    models.DateTimeField(help_text="when the moments of the day before it were looked for", null=True),
                ),
                (
                    "asked_version",
                    models.PositiveSmallIntegerField(
                        help_text="the newest words that the fan was asked about and did not want yet", null=True
                    ),
                ),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.consent"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opt_ins", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "opt-in",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False), ("withdrawal_started_at", None)),
                        fields=["id"],
                        name="opt_ins_to_withdraw",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at", None), ("looked_back_at", None)),
                        fields=["id"],
                        name="opt_ins_to_look_back_from",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "artist"),
                        name="one_active_opt_in_per_artist",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordingEngagement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("listens", models.BigIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "recording"), name="one_engagement_a_recording")
                ],
            },
        ),
        migrations.CreateModel(
            name="RemixOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "envelope",
                    models.BigIntegerField(help_text="a plain id: this app cannot import envelopes", unique=True),
                ),
                ("version", models.PositiveIntegerField()),
                ("content", models.TextField(help_text="canonical JSON of ai.remix.envelope.Envelope")),
                (
                    "envelope_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=rights.models.decisions.EnvelopeHash(
                            models.F("recording"), models.F("version"), models.F("content")
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                ("ended_at", models.DateTimeField(help_text="set by the database", null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.decision"
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remix_offers", to="catalog.recording"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recordingsource"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("recording",),
                        name="one_remix_offer_a_recording",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Render",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("preview", "a fan's try-out"),
                            ("corner", "a corner of an envelope"),
                            ("full", "a whole remix"),
                            ("original", "a recording as it is, to compare remixes with"),
                            ("shelf", "a whole remix, for the artist’s shelf"),
                        ],
                        max_length=8,
                    ),
                ),
                ("recipe", models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hand", "the fan: by hand, by a mood, by words that rules understood"),
                            ("rules", "rules, from the fan's listening"),
                            ("team", "the artist's side, who suggested it"),
                        ],
                        db_default="",
                        default="",
                        help_text="who chose what is new in the recipe; of a corner nobody",
                        max_length=5,
                    ),
                ),
                (
                    "section",
                    models.PositiveSmallIntegerField(
                        help_text="where a part begins: the place in the recipe", null=True
                    ),
                ),
                (
                    "seconds",
                    models.PositiveSmallIntegerField(
                        help_text="how long the part is; none: the whole remix", null=True
                    ),
                ),
                ("cache_key", models.CharField(help_text="hash of recipe, stems, engine and part", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("wanted", "Wanted"),
                            ("rendering", "Rendering"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                            ("replaced", "a newer wish came before it was begun"),
                        ],
                        db_default="wanted",
                        default="wanted",
                        max_length=9,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "is_awaited",
                    models.BooleanField(db_default=False, default=False, help_text="its fan is told how far it is"),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="how far it is, while it is made"
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="when a worker may take it, or take it over",
                    ),
                ),
                (
                    "problem",
                    models.CharField(blank=True, db_default="", default="", help_text="why it failed", max_length=40),
                ),
                (
                    "sha256",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="of the stored FLAC", max_length=64
                    ),
                ),
                ("frames", models.PositiveIntegerField(null=True)),
                ("lufs_x100", models.IntegerField(null=True)),
                ("true_peak_x100", models.IntegerField(null=True)),
                ("peaks", models.BinaryField(null=True)),
                (
                    "fingerprint",
                    models.BinaryField(help_text="of Chromaprint, where that is installed", null=True),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("done_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(help_text="when the row may be deleted", null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "clearance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.storedclearance"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        help_text="the fan; none of a corner",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recordingsource"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["wanted", "rendering"])),
                        fields=["due_at"],
                        name="renders_to_make",
                    ),
                    models.Index(fields=["cache_key"], name="renders_by_sound"),
                    models.Index(fields=["expires_at"], name="renders_to_delete"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["preview", "corner", "original", "full", "shelf"])),
                        name="a_render_has_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["corner", "original"]), ("person", None)),
                            models.Q(
                                models.Q(("kind__in", ["corner", "original"]), _negated=True), ("person__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="a_render_is_a_fans_or_a_corner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice", ""), ("kind__in", ["corner", "original"])),
                            models.Q(
                                models.Q(("kind__in", ["corner", "original"]), _negated=True),
                                ("choice__in", ["hand", "rules", "team"]),
                            ),
                            _connector="OR",
                        ),
                        name="a_fans_render_says_who_chose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seconds", None), ("section", None)),
                            models.Q(("seconds__gt", 0), ("seconds__lte", 60), ("section__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_part_has_a_place_and_a_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["full", "original", "shelf"]), ("seconds", None)),
                            models.Q(
                                models.Q(("kind__in", ["full", "original", "shelf"]), _negated=True),
                                ("seconds__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="only_a_full_render_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "preview"), _negated=True), ("seconds__lte", 20), _connector="OR"
                        ),
                        name="a_try_out_has_20_seconds_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("done_at__isnull", False),
                                ("frames__gt", 0),
                                ("state", "ready"),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            models.Q(
                                ("frames", None),
                                ("sha256", ""),
                                ("state__in", ["wanted", "rendering", "failed", "replaced"]),
                            ),
                            _connector="OR",
                        ),
                        name="a_ready_render_has_its_sound",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), models.Q(("problem", ""), _negated=True)),
                            models.Q(models.Q(("state", "failed"), _negated=True), ("problem", "")),
                            _connector="OR",
                        ),
                        name="a_failed_render_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RenderFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        choices=[("master", "FLAC, as it was rendered"), ("stream", "MP3, to listen to")], max_length=6
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("bytes", models.PositiveBigIntegerField()),
                ("media_type", models.CharField(max_length=40)),
                (
                    "render",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="fans.render"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("render", "name"), name="a_render_has_a_file_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name__in", ["master", "stream"])), name="a_file_is_a_master_or_a_stream"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bytes__gte", 1), ("sha256__regex", "^[0-9a-f]{64}$")),
                        name="a_file_has_a_hash_and_a_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemixDesk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipe", models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("hand", "the fan: by hand, by a mood, by words that rules understood"),
                            ("rules", "rules, from the fan's listening"),
                            ("team", "the artist's side, who suggested it"),
                        ],
                        default="hand",
                        max_length=5,
                    ),
                ),
                ("earlier", models.JSONField(default=list, help_text="pairs of recipe and choice, the newest last")),
                (
                    "surprises",
                    models.PositiveIntegerField(default=0, help_text="how often the fan asked for a surprise"),
                ),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "recording"), name="one_desk_a_fan_and_recording"),
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["hand", "rules", "team"])), name="a_desk_says_who_chose"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemixPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("family", models.CharField(max_length=64)),
                ("section", models.SlugField(help_text="the id of the section in the source", max_length=40)),
                ("seconds", models.PositiveSmallIntegerField()),
                ("heard_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["heard_at"], name="remix_parts_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "recording", "family", "section"), name="a_part_counts_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gte", 1), ("seconds__lte", 20)),
                        name="a_part_has_20_seconds_at_most",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemixTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("recipe", models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("hand", "the fan: by hand, by a mood, by words that rules understood"),
                            ("rules", "rules, from the fan's listening"),
                            ("team", "the artist's side, who suggested it"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "instead_of",
                    models.BigIntegerField(
                        help_text="the draft that the artist's side declined and suggested this for; a plain id",
                        null=True,
                    ),
                ),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "remix tries",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "recording", "number"), name="tries_have_numbers"),
                    models.UniqueConstraint(fields=("person", "recording", "recipe"), name="a_try_is_kept_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 10)), name="ten_tries_at_most"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["hand", "rules", "team"])), name="a_try_says_who_chose"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemixRefund",
            fields=[
                (
                    "experience",
                    models.OneToOneField(
                        help_text="what stopped",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="refund",
                        serialize=False,
                        to="fans.experience",
                    ),
                ),
                (
                    "request",
                    models.BigIntegerField(help_text="a plain id: this app cannot import requests", unique=True),
                ),
                (
                    "paid_by",
                    models.CharField(
                        choices=[("card", "Card"), ("credit", "a request of the fan's tier")], max_length=6
                    ),
                ),
                ("amount", models.BigIntegerField(help_text="what goes back to a card, in minor units", null=True)),
                ("currency", models.CharField(blank=True, db_default="", default="", max_length=3)),
                (
                    "by",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="whose yes ended; empty where nobody knows",
                        max_length=200,
                    ),
                ),
                ("stopped_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("told_at", models.DateTimeField(help_text="when the fan was mailed", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("told_at", None)), fields=["at"], name="refunds_to_mail_about")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("currency__regex", "^[A-Z]{3}$"), ("paid_by", "card")),
                            models.Q(("amount", None), ("currency", ""), ("paid_by", "credit")),
                            _connector="OR",
                        ),
                        name="a_refund_is_of_what_paid",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StopCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="stop_checks_by_time")],
            },
        ),
        migrations.CreateModel(
            name="StoredSound",
            fields=[
                ("cache_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("frames", models.PositiveIntegerField()),
                ("lufs_x100", models.IntegerField(null=True)),
                ("true_peak_x100", models.IntegerField(null=True)),
                ("peaks", models.BinaryField(null=True)),
                (
                    "fingerprint",
                    models.BinaryField(help_text="of Chromaprint, where that is installed", null=True),
                ),
                ("stored_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="ShelfEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sha256",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="of the copy; set with the decision",
                        max_length=64,
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("written", "Written by {name}"),
                            ("recorded", "Recorded by {name}"),
                            ("filled", "{name}’s words, filled in for you"),
                            ("edited", "AI draft, edited and approved by {name}"),
                            ("approved", "AI-made, approved by {name}"),
                            ("remixed", "Remixed by you, approved by {name}"),
                            ("bounds", "AI-made within bounds {name} signed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("credit", models.CharField(max_length=140)),
                ("salt", models.CharField(default=rights.hashing.new_salt, max_length=32, null=True)),
                (
                    "name",
                    models.CharField(
                        help_text="of the maker, as others read it; empty: a fan", max_length=48, null=True
                    ),
                ),
                ("is_name_refused", models.BooleanField(db_default=False, default=False)),
                (
                    "shelf_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=rights.models.decisions.ShelfHash(
                            models.F("salt"),
                            models.F("person"),
                            models.F("artist"),
                            models.F("render"),
                            models.F("sha256"),
                            models.F("mark"),
                            models.F("credit"),
                            models.F("name"),
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Waits for the team"),
                            ("on", "On the shelf"),
                            ("declined", "Declined"),
                            ("off", "Taken off"),
                        ],
                        db_default="offered",
                        default="offered",
                        max_length=8,
                    ),
                ),
                (
                    "offered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                ("decided_at", models.DateTimeField(help_text="set by the database", null=True)),
                ("decided_by", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("ended_at", models.DateTimeField(help_text="set by the database", null=True)),
                ("ended_by", models.CharField(blank=True, db_default="", default="", max_length=80)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "consent",
                    models.OneToOneField(
                        help_text="to the terms of the shelf",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.consent",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.decision"
                    ),
                ),
                (
                    "experience",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shelf_entries", to="fans.experience"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        help_text="who made it",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
                (
                    "render",
                    models.OneToOneField(
                        help_text="the copy for the shelf",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="shelf_entry",
                        to="fans.render",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "shelf entries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "on")), fields=["artist", "-id"], name="shelf_of_an_artist"
                    ),
                    models.Index(
                        condition=models.Q(("state", "offered")), fields=["artist", "id"], name="offered_to_an_artist"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["offered", "on"])),
                        fields=("experience",),
                        name="a_remix_is_offered_to_the_shelf_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", ""),
                                ("decision", None),
                                ("ended_at", None),
                                ("ended_by", ""),
                                ("state", "offered"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision__isnull", False),
                                ("shelf_hash__isnull", False),
                                ("state", "on"),
                                ("ended_at", None),
                                ("ended_by", ""),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision", None),
                                ("ended_at", None),
                                ("ended_by", ""),
                                ("state", "declined"),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False), ("state", "off"), models.Q(("ended_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_shelf_entry_is_as_its_state_says",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["offered", "on"]), _negated=True),
                            models.Q(("name__isnull", False), ("render__isnull", False), ("salt__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_open_shelf_entry_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mark__in", ["written", "recorded", "filled", "edited", "approved", "remixed", "bounds"])
                        ),
                        name="a_shelf_entry_has_a_mark",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_name_refused", False), ("name", ""), ("name", None), _connector="OR"),
                        name="a_refused_name_is_gone",
                    ),
                ],
            },
        ),
    ]
