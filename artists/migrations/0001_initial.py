import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import artists.models.drafts
import artists.models.programs
import rights.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0001_initial"),
        ("catalog", "0001_initial"),
        ("fans", "0001_initial"),
        ("ledger", "0001_initial"),
        ("listens", "0001_initial"),
        ("rights", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewSettings",
            fields=[
                (
                    "artist",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="review_settings",
                        serialize=False,
                        to="catalog.artist",
                    ),
                ),
                (
                    "grace_seconds",
                    models.PositiveIntegerField(
                        default=artists.models.programs.default_undo_seconds, help_text="the time to undo a decision"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "review settings",
            },
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live"), ("paused", "Paused")],
                        default="draft",
                        max_length=6,
                    ),
                ),
                (
                    "paused_because",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="why fans’ reports paused it, as a sentence",
                        max_length=300,
                    ),
                ),
                ("reports_from", models.DateTimeField(help_text="only reports made after this time count", null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="programs", to="catalog.artist"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProgramVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                (
                    "moment",
                    models.CharField(
                        choices=[("nth_listen", "the Nth listen"), ("first_listen", "the first listen")], max_length=12
                    ),
                ),
                ("nth", models.PositiveIntegerField(help_text="the number of the listen; 1 for the first")),
                (
                    "audience",
                    models.CharField(choices=[("opted_in", "fans who opted in")], default="opted_in", max_length=12),
                ),
                (
                    "wording",
                    models.TextField(help_text="canonical JSON of ai.wording.Wording: locale, templates, fragments"),
                ),
                (
                    "review_seconds",
                    models.PositiveIntegerField(
                        default=artists.models.programs.default_review_seconds, help_text="how long a draft waits"
                    ),
                ),
                (
                    "shape_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=rights.models.ShapeHash(
                            models.F("program"),
                            models.F("version"),
                            models.F("moment"),
                            models.F("nth"),
                            models.F("recording"),
                            models.F("audience"),
                            models.F("wording"),
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                ("by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.decision"
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="artists.program"
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        help_text="whose listens count; none: all of the artist",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="program",
            name="current",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="artists.programversion"
            ),
        ),
        migrations.CreateModel(
            name="Moment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("point", models.PositiveIntegerField(help_text="the number of the listen")),
                (
                    "state",
                    models.CharField(
                        choices=[("noticed", "Noticed"), ("drafted", "Drafted"), ("refused", "Refused")],
                        default="noticed",
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, help_text="why it was refused", max_length=300)),
                ("noticed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "listen",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listens.listen",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moments", to="artists.program"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="artists.programversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("awaiting", "Awaiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                            ("delivered", "Delivered"),
                            ("undeliverable", "Undeliverable"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="pending",
                        max_length=13,
                    ),
                ),
                ("reason", models.CharField(blank=True, help_text="why it was not sent", max_length=300)),
                ("revision", models.PositiveIntegerField(default=1, help_text="one more with each edit")),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("personal_message", "Personal messages"),
                            ("remix", "Remixes"),
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
                ("salt", models.CharField(default=artists.models.drafts.new_salt, max_length=32, null=True)),
                ("text", models.TextField(help_text="as it would reach the fan; erasable", null=True)),
                (
                    "original_text",
                    models.TextField(help_text="as the maker wrote it, to compare edits with; erasable", null=True),
                ),
                (
                    "maker",
                    models.CharField(help_text="who wrote the original: composer, or model:<name>", max_length=120),
                ),
                (
                    "team_typed",
                    models.BooleanField(default=False, help_text="somebody other than a principal edited it"),
                ),
                (
                    "facts",
                    models.JSONField(help_text="the facts it was made from, for the reviewer; erasable", null=True),
                ),
                (
                    "why",
                    models.JSONField(help_text="why the fan gets it, as facts of `explanations`; erasable", null=True),
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
                            ("bounds", "AI-made within bounds {name} signed"),
                        ],
                        help_text="set by the decision",
                        max_length=8,
                        null=True,
                    ),
                ),
                (
                    "credit",
                    models.CharField(help_text="the name in the mark, set by the decision", max_length=140, null=True),
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
                    "why_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=rights.models.WhyHash(
                            models.F("salt"), models.F("person"), models.F("artist"), models.F("why")
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("deadline", models.DateTimeField()),
                (
                    "decided_by",
                    models.CharField(help_text="actor of the last decision, person:<uuid>", max_length=80, null=True),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "deliver_after",
                    models.DateTimeField(help_text="the team can undo the decision until then", null=True),
                ),
                (
                    "day",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.datetime.TruncDate(
                            django.db.models.functions.comparison.Coalesce(
                                models.F("deliver_after"), models.F("written_at")
                            )
                        ),
                        help_text="the UTC day on which the statistics count it",
                        output_field=models.DateField(),
                    ),
                ),
                (
                    "settled_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("deliver_after"), models.F("decided_at"), models.F("deadline")
                        ),
                        help_text="when its outcome was decided; the lists of sent and stopped drafts are ordered by it",
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "held_by",
                    models.CharField(help_text="who reviews it: nobody else is offered it", max_length=80, null=True),
                ),
                ("held_until", models.DateTimeField(help_text="when the hold ends by itself", null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="catalog.artist"
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
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.decision"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "moment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="artists.moment",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="artists.draft",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="artists.programversion",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="programversion",
            constraint=models.UniqueConstraint(fields=("program", "version"), name="one_program_version"),
        ),
        migrations.AddConstraint(
            model_name="programversion",
            constraint=models.CheckConstraint(condition=models.Q(("nth__gte", 1)), name="a_listen_has_a_number"),
        ),
        migrations.AddConstraint(
            model_name="programversion",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("moment", "first_listen"), _negated=True), ("nth", 1), _connector="OR"),
                name="the_first_is_number_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="programversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("review_seconds__gte", 1)), name="a_draft_waits_a_while"
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("current__isnull", False), _connector="OR"),
                name="only_a_signed_program_goes_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "paused"), ("paused_because", ""), _connector="OR"),
                name="reports_stop_a_program_until_it_is_resumed",
            ),
        ),
        migrations.AddIndex(
            model_name="moment",
            index=models.Index(condition=models.Q(("state", "noticed")), fields=["id"], name="moments_to_answer"),
        ),
        migrations.AddConstraint(
            model_name="moment",
            constraint=models.UniqueConstraint(fields=("program", "person", "point"), name="a_moment_fires_once"),
        ),
        migrations.AddConstraint(
            model_name="moment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_refusal_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["artist", "deadline", "id"], name="drafts_to_decide"
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "awaiting"])),
                fields=["deadline"],
                name="drafts_by_deadline",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state", "approved")), fields=["deliver_after"], name="drafts_to_deliver"
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["version", "use", "state"], name="drafts_counted_by_version"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state", "pending"), _negated=True),
                fields=["artist", "day", "state", "mark"],
                name="drafts_counted_by_day",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state__in", ["awaiting", "approved", "delivered"])),
                fields=["artist", "-settled_at", "-id"],
                name="drafts_out_newest_first",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("state__in", ["declined", "expired", "undeliverable", "withdrawn"])),
                fields=["artist", "-settled_at", "-id"],
                name="drafts_stopped_newest_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "delivered"]), _negated=True),
                    models.Q(("decision__isnull", False), ("deliver_after__isnull", False)),
                    _connector="OR",
                ),
                name="nothing_goes_out_undecided",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "pending"), _negated=True),
                    models.Q(("credit", None), ("decided_by", None), ("decision", None), ("mark", None)),
                    _connector="OR",
                ),
                name="a_pending_draft_is_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision", None),
                    models.Q(("content_hash__isnull", False), ("why_hash__isnull", False)),
                    ("text", None),
                    _connector="OR",
                ),
                name="a_decision_is_on_a_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["declined", "expired", "undeliverable", "withdrawn"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="what_went_no_further_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_by", None), ("held_until", None)),
                    models.Q(("held_by__isnull", False), ("held_until__isnull", False)),
                    _connector="OR",
                ),
                name="a_hold_ends",
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["pending", "awaiting"]), models.Q(("use", "personal_message"), _negated=True)
                ),
                fields=["clearance"],
                name="drafts_that_owners_wait_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "awaiting"), _negated=True),
                    models.Q(("decision__isnull", False), ("deliver_after", None)),
                    _connector="OR",
                ),
                name="what_awaits_a_key_is_decided",
            ),
        ),
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "book",
                    models.CharField(
                        choices=[("live", "Live"), ("test", "Test"), ("simulated", "Simulated")], max_length=9
                    ),
                ),
                ("month", models.CharField(help_text="YYYYMM, in UTC", max_length=6)),
                ("after", models.BigIntegerField(help_text="the position up to which the month before went")),
                ("position", models.BigIntegerField(help_text="of the head of the ledger's chain")),
                ("head", models.CharField(help_text="its hash", max_length=64)),
                (
                    "closed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("book", "month"), name="a_month_is_closed_once"),
                    models.UniqueConstraint(
                        fields=("book", "after", "position"), name="a_piece_of_the_chain_is_closed_once"
                    ),
                    models.UniqueConstraint(fields=("id", "book"), name="a_closed_month_and_its_book"),
                    models.CheckConstraint(
                        condition=models.Q(("book__in", ["live", "test", "simulated"])),
                        name="a_closed_month_is_in_a_book",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after__gte", 0), ("position__gte", models.F("after"))),
                        name="a_month_goes_forward",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__regex", "^[0-9]{4}(0[1-9]|1[0-2])$")), name="a_month_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "book",
                    models.CharField(
                        choices=[("live", "Live"), ("test", "Test"), ("simulated", "Simulated")], max_length=9
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("opening", models.BigIntegerField()),
                ("earned", models.BigIntegerField(help_text="what the lines add up to that are earned")),
                (
                    "returned",
                    models.BigIntegerField(help_text="refunds, disputes and their undoing: usually below zero"),
                ),
                (
                    "paid",
                    models.BigIntegerField(help_text="what left for the party, below zero; what came back is above"),
                ),
                ("closing", models.BigIntegerField()),
                (
                    "recouped",
                    models.BigIntegerField(help_text="of what was earned, what paid back what was owed to us"),
                ),
                ("held", models.BigIntegerField(help_text="of what was earned, what is held back for a reason")),
                ("released", models.BigIntegerField(help_text="what was held before and can be paid now")),
                (
                    "still_held",
                    models.BigIntegerField(help_text="all that is held, of this statement and of earlier ones"),
                ),
                ("recoverable", models.BigIntegerField(help_text="what the party owes us still")),
                ("line_count", models.PositiveIntegerField()),
                ("content_hash", models.CharField(help_text="SHA-256 of its CSV file", max_length=64)),
                (
                    "before",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="after",
                        to="artists.statement",
                    ),
                ),
                (
                    "closed_month",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="artists.closedmonth",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="rights.party"
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(help_text="of the song, as it was then", max_length=1024)),
                ("amount", models.BigIntegerField()),
                (
                    "claim",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.claim"),
                ),
                (
                    "release",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="artists.statement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=40)),
                (
                    "month",
                    models.CharField(
                        help_text="in which it was earned; of a correction, the original one", max_length=6
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("personal_message", "Personal messages"),
                            ("remix", "Remixes"),
                            ("playlist", "Playlists"),
                            ("dj", "DJ sets"),
                            ("tier", "Subscription income"),
                            ("voice", "Voice imitations"),
                            ("train", "Training of models"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "income",
                    models.CharField(
                        choices=[
                            ("personal_message", "Personal messages"),
                            ("remix", "Remixes"),
                            ("playlist", "Playlists"),
                            ("dj", "DJ sets"),
                            ("tier", "Subscription income"),
                            ("voice", "Voice imitations"),
                            ("train", "Training of models"),
                        ],
                        help_text="what the fan paid for",
                        max_length=24,
                    ),
                ),
                ("artist_name", models.CharField(max_length=120)),
                ("tier_name", models.CharField(blank=True, max_length=40)),
                ("interval", models.CharField(blank=True, max_length=5)),
                ("role", models.CharField(max_length=15)),
                ("recording", models.CharField(blank=True, max_length=30)),
                ("work", models.CharField(blank=True, max_length=30)),
                ("title", models.CharField(blank=True, max_length=1024)),
                ("isrc", models.CharField(blank=True, max_length=12)),
                ("iswc", models.CharField(blank=True, max_length=11)),
                ("scheme_version", models.PositiveIntegerField()),
                (
                    "fee_bearer",
                    models.CharField(
                        choices=[("platform", "Fanfare"), ("shared", "All, before the split")], max_length=8
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                ("gross", models.BigIntegerField()),
                ("tax", models.BigIntegerField()),
                ("fee", models.BigIntegerField()),
                ("basis", models.BigIntegerField()),
                ("share", models.PositiveIntegerField(help_text="of the basis, in millionths")),
                ("amount", models.BigIntegerField()),
                (
                    "artist",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.artist",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.splitscheme",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="artists.statement",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.tier",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExperienceUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(help_text="YYYYMM, in UTC", max_length=6)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("personal_message", "Personal messages"),
                            ("remix", "Remixes"),
                            ("playlist", "Playlists"),
                            ("dj", "DJ sets"),
                            ("tier", "Subscription income"),
                            ("voice", "Voice imitations"),
                            ("train", "Training of models"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "fractions",
                    models.JSONField(
                        default=list, help_text="[party, role, recording, work, numerator, denominator], …"
                    ),
                ),
                ("weight", models.PositiveSmallIntegerField(db_default=1, default=1)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "experience",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fans.experience"
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
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.splitscheme",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "artist", "month"], name="uses_of_a_fan")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("use__in", ["personal_message", "remix", "playlist", "dj", "tier", "voice", "train"])
                        ),
                        name="a_used_experience_is_of_a_known_use",
                    ),
                    models.CheckConstraint(condition=models.Q(("weight__gte", 1)), name="a_use_has_a_weight"),
                    models.CheckConstraint(
                        condition=models.Q(("month__regex", "^[0-9]{4}(0[1-9]|1[0-2])$")), name="a_use_is_of_a_month"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                fields=("closed_month", "party", "currency"), name="one_statement_a_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("before", None)), fields=("party", "currency", "book"), name="one_first_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "closing",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opening"), "+", models.F("earned")
                                ),
                                "+",
                                models.F("returned"),
                            ),
                            "+",
                            models.F("paid"),
                        ),
                    )
                ),
                name="a_statement_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held__gte", 0),
                    ("recouped__gte", 0),
                    ("recoverable__gte", 0),
                    ("released__gte", 0),
                    ("still_held__gte", 0),
                ),
                name="what_a_statement_holds_is_an_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("before", None), ("opening", 0)), ("before__isnull", False), _connector="OR"
                ),
                name="the_first_is_0",
            ),
        ),
        migrations.AddIndex(
            model_name="statementhold",
            index=models.Index(condition=models.Q(("release", None)), fields=["claim"], name="held_for_a_claim"),
        ),
        migrations.AddConstraint(
            model_name="statementhold",
            constraint=models.UniqueConstraint(fields=("statement", "claim"), name="a_claim_holds_once"),
        ),
        migrations.AddConstraint(
            model_name="statementhold",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 1)), name="a_hold_is_an_amount"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(fields=("statement", "number"), name="a_line_once_a_statement"),
        ),
    ]
