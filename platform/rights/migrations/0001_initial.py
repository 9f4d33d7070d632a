import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import catalog.validators
import rights.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0001_initial"), ("catalog", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("title", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="RemixLimits",
            fields=[
                (
                    "recording",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="catalog.recording",
                    ),
                ),
                ("content", models.TextField(help_text="JSON")),
            ],
            options={"verbose_name_plural": "remix limits"},
        ),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("wording", models.TextField()),
                (
                    "wording_hash",
                    models.CharField(blank=True, help_text="SHA-256 of the wording, by the database", max_length=64),
                ),
                (
                    "remix_bounds",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="JSON of how far remixes may go; empty: as far as artists sign",
                    ),
                ),
                ("proposed_by", models.CharField(max_length=80)),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                ("starts_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ends_at", models.DateTimeField(null=True)),
                ("live_from", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(max_length=80, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="rights.agreement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClearanceRecording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        max_length=24,
                    ),
                ),
                (
                    "tier_class",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="blank: every tier", max_length=40
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="blank: everywhere", max_length=2
                    ),
                ),
                ("allows", models.BooleanField(db_default=True, default=True, help_text="yes, or a recorded no")),
                (
                    "covers_later",
                    models.BooleanField(
                        db_default=False, default=False, help_text="for all songs: also those that are added later"
                    ),
                ),
                (
                    "after_end",
                    models.CharField(
                        choices=[("plays_on", "It plays on"), ("stops", "It stops")],
                        db_default="plays_on",
                        default="plays_on",
                        help_text="what fans keep when it ends",
                        max_length=8,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("by", models.CharField(help_text="the person who said it, a plain id", max_length=80)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="when it was said; set by the database",
                    ),
                ),
                ("live_from", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("live_until", models.DateTimeField(help_text="ends by itself then", null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(max_length=80, null=True)),
                (
                    "agreement_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="rights.agreementversion",
                    ),
                ),
                (
                    "artist",
                    models.ForeignKey(
                        help_text="none: any artist",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="catalog.artist",
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        help_text="none: all songs",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(
                        help_text="none: all works",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.work",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClearanceGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "grant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.grant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("artist", "Artist"),
                            ("label", "Label"),
                            ("distributor", "Distributor"),
                            ("publisher", "Publisher"),
                            ("writer", "Writer"),
                            ("society", "Collecting society"),
                            ("session_pool", "Session pool"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=120, validators=[catalog.validators.validate_name])),
                ("team_by", models.CharField(help_text="who of staff gave it the team", max_length=80, null=True)),
                (
                    "isni",
                    models.CharField(
                        blank=True, max_length=16, null=True, unique=True, validators=[rights.validators.validate_isni]
                    ),
                ),
                (
                    "ipi",
                    models.CharField(
                        blank=True, max_length=11, null=True, unique=True, validators=[rights.validators.validate_ipi]
                    ),
                ),
                (
                    "dpid",
                    models.CharField(
                        blank=True, max_length=18, null=True, unique=True, validators=[rights.validators.validate_dpid]
                    ),
                ),
                ("verified_at", models.DateTimeField(null=True)),
                ("verified_by", models.CharField(max_length=80, null=True)),
                (
                    "mandate",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="where the mandate of the representative is",
                        max_length=200,
                    ),
                ),
                (
                    "mandated_by",
                    models.CharField(
                        help_text="who of staff stored or ended the mandate last", max_length=80, null=True
                    ),
                ),
                (
                    "artist",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="party",
                        to="catalog.artist",
                    ),
                ),
                (
                    "represented_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="represents",
                        to="rights.party",
                    ),
                ),
                (
                    "team",
                    models.OneToOneField(
                        blank=True,
                        help_text="of a rightsholder",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="party",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "parties",
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="rights.party"
            ),
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("recording_owner", "Owner of the recording"),
                            ("featured_artist", "Featured artist"),
                            ("session_pool", "Session pool"),
                            ("publisher", "Publisher"),
                            ("writer", "Writer"),
                        ],
                        max_length=15,
                    ),
                ),
                ("share", models.PositiveSmallIntegerField(help_text="in basis points of the role")),
                ("live_from", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("live_until", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(max_length=80, null=True)),
                ("claimed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("claimed_by", models.CharField(max_length=80)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", models.CharField(max_length=80, null=True)),
                ("disputed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(max_length=80, null=True)),
                (
                    "note",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="why staff settled it so", max_length=500
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="catalog.recording",
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="catalog.work",
                    ),
                ),
                (
                    "administered_by",
                    models.ForeignKey(
                        help_text="who says yes for a writer",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.party",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="rights.party",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AgreementParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="rights.agreementversion",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.party"),
                ),
                (
                    "holds_key",
                    models.BooleanField(db_default=False, default=False, help_text="it approves each draft too"),
                ),
                (
                    "key_above",
                    models.PositiveIntegerField(
                        db_default=0, default=0, help_text="its key is asked for only after so many items in a month"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "agreement parties",
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wording_hash", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=80)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="where it was accepted", max_length=2
                    ),
                ),
                (
                    "address_hash",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="a keyed digest of the network address",
                        max_length=64,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="rights.agreementversion",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.party"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SplitScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        max_length=24,
                    ),
                ),
                (
                    "tier_class",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="blank: every tier", max_length=40
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "fee_bearer",
                    models.CharField(
                        choices=[("platform", "Fanfare"), ("shared", "All, before the split")],
                        db_default="platform",
                        default="platform",
                        help_text="who pays the card fee: Fanfare, or all, because it is deducted before the split",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("use", "tier_class", "version"), name="one_scheme_a_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="SplitLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("platform", "Platform"),
                            ("recording_owner", "Owner of the recording"),
                            ("featured_artist", "Featured artist"),
                            ("session_pool", "Session pool"),
                            ("publisher", "Publisher"),
                            ("writer", "Writer"),
                        ],
                        max_length=15,
                    ),
                ),
                ("share", models.PositiveSmallIntegerField(help_text="in basis points")),
                (
                    "scheme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="rights.splitscheme",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="agreementversion",
            name="scheme",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.splitscheme"
            ),
        ),
        migrations.CreateModel(
            name="StoredClearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        max_length=24,
                    ),
                ),
                ("tier_class", models.CharField(blank=True, db_default="", default="", max_length=40)),
                (
                    "territory",
                    models.CharField(blank=True, help_text="a country; blank: every country at once", max_length=2),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                ("until", models.DateTimeField(help_text="when the first of its grants ends by itself", null=True)),
                (
                    "digest",
                    models.BinaryField(help_text="over the question and the grants, to find it again", max_length=32),
                ),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "grants",
                    models.ManyToManyField(related_name="+", through="rights.ClearanceGrant", to="rights.grant"),
                ),
                (
                    "recordings",
                    models.ManyToManyField(
                        related_name="+", through="rights.ClearanceRecording", to="catalog.recording"
                    ),
                ),
            ],
            options={
                "db_table": "rights_clearance",
            },
        ),
        migrations.AddField(
            model_name="clearancerecording",
            name="clearance",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rights.storedclearance",
            ),
        ),
        migrations.AddField(
            model_name="clearancegrant",
            name="clearance",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rights.storedclearance",
            ),
        ),
        migrations.CreateModel(
            name="AgreementScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        max_length=24,
                    ),
                ),
                ("tier_class", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("country", models.CharField(blank=True, db_default="", default="", max_length=2)),
                ("covers_later", models.BooleanField(db_default=False, default=False)),
                (
                    "after_end",
                    models.CharField(
                        choices=[("plays_on", "It plays on"), ("stops", "It stops")],
                        db_default="plays_on",
                        default="plays_on",
                        max_length=8,
                    ),
                ),
                (
                    "monthly_limit",
                    models.PositiveIntegerField(
                        help_text="at most so many items in a calendar month, in UTC; none: no limit", null=True
                    ),
                ),
                (
                    "artist",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.recording"
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.work"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scopes", to="rights.agreementversion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "use", "tier_class", "artist", "recording", "work", "country"),
                        name="a_scope_once_a_version",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("use__in", ["voice", "train", "personal_message"]), _negated=True),
                        name="no_agreement_over_words_and_voice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recording", None), ("work", None), _connector="OR"),
                        name="a_scope_names_one_song_or_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("covers_later", False), models.Q(("recording", None), ("work", None)), _connector="OR"
                        ),
                        name="only_a_scope_of_all_songs_covers_later_ones",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after_end__in", ["plays_on", "stops"])), name="a_scope_says_what_fans_keep"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_limit", None), ("monthly_limit__gte", 1), _connector="OR"),
                        name="a_limit_leaves_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("use", "share"), _negated=True), ("monthly_limit", None), _connector="OR"
                        ),
                        name="shared_remixes_are_not_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("item", "Item"),
                            ("shape", "Shape"),
                            ("terms", "Terms"),
                            ("envelope", "Envelope"),
                            ("shelf", "Shelf"),
                            ("lot", "Lot"),
                        ],
                        max_length=8,
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "shape_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(models.When(kind="shape", then=models.F("content_hash"))),
                        help_text="the content hash of a shape; what only a shape may sign points to it",
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                (
                    "envelope_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(models.When(kind="envelope", then=models.F("content_hash"))),
                        help_text="the content hash of an envelope; what only an envelope may sign points to it",
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                (
                    "why_hash",
                    models.CharField(
                        help_text="of an item: over the facts why its fan gets it (docs/adr/0006)",
                        max_length=64,
                        null=True,
                    ),
                ),
                (
                    "shelf_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(models.When(kind="shelf", then=models.F("content_hash"))),
                        help_text="the content hash of an entry on the artist’s shelf; what stands there points to it",
                        output_field=models.CharField(max_length=64),
                    ),
                ),
                ("by", models.CharField(help_text="person:<uuid>", max_length=80, null=True)),
                (
                    "role",
                    models.CharField(
                        blank=True, help_text="the decider’s role in the team at that moment", max_length=9
                    ),
                ),
                (
                    "heard_seconds",
                    models.PositiveIntegerField(
                        help_text="of an item that is a sound: how much of exactly this file the decider had heard",
                        null=True,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.artist"
                    ),
                ),
                (
                    "under",
                    models.ForeignKey(
                        help_text="a signed wider decision of the same artist",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.decision",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind", "item"), ("heard_seconds", None), _connector="OR"),
                        name="only_an_item_is_heard",
                    ),
                    models.UniqueConstraint(fields=("id", "artist", "shape_hash"), name="decision_and_its_shape"),
                    models.UniqueConstraint(fields=("id", "artist", "envelope_hash"), name="decision_and_its_envelope"),
                    models.UniqueConstraint(fields=("id", "artist", "shelf_hash"), name="decision_and_its_shelf_entry"),
                    models.UniqueConstraint(
                        fields=("id", "artist", "content_hash", "why_hash"), name="decision_and_its_content_and_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["item", "shape", "terms", "envelope", "shelf", "lot"])),
                        name="a_decision_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "item"), ("why_hash__isnull", False)),
                            models.Q(models.Q(("kind", "item"), _negated=True), ("why_hash", None)),
                            _connector="OR",
                        ),
                        name="an_item_is_decided_with_its_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "item"), ("under__isnull", False)),
                            models.Q(
                                ("by__isnull", False),
                                ("kind", "envelope"),
                                ("role__in", ["principal", "owner"]),
                                ("under__isnull", False),
                            ),
                            models.Q(("by__isnull", False), ("kind", "shelf"), ("under__isnull", False)),
                            models.Q(
                                ("by__isnull", False),
                                ("role", "principal"),
                                models.Q(("kind", "shelf"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="the_principal_signs_what_nothing_signed_covers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by", None), ("role", "")),
                            models.Q(
                                ("by__isnull", False),
                                ("by__startswith", "person:"),
                                ("role__in", ["principal", "signatory", "owner", "editor", "reviewer"]),
                            ),
                            _connector="OR",
                        ),
                        name="a_person_decides_in_a_role",
                    ),
                ],
                "indexes": [
                    models.Index(condition=models.Q(("by", None)), fields=["artist", "at"], name="decisions_of_nobody")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("artist__isnull", False), ("kind", "artist"), ("team", None)),
                    models.Q(models.Q(("kind", "artist"), _negated=True), ("artist", None)),
                    _connector="OR",
                ),
                name="an_artist_party_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verified_at", None), ("verified_by", None)),
                    models.Q(("verified_at__isnull", False), ("verified_by__isnull", False)),
                    _connector="OR",
                ),
                name="somebody_verified_a_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mandate", ""), ("represented_by", None)),
                    models.Q(
                        ("mandated_by__isnull", False),
                        ("represented_by__isnull", False),
                        models.Q(("mandate", ""), _negated=True),
                        ("artist", None),
                    ),
                    _connector="OR",
                ),
                name="a_representative_has_a_mandate",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("recording__isnull", False)),
                fields=["recording", "role"],
                name="claims_on_a_recording",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("work__isnull", False)), fields=["work", "role"], name="claims_on_a_work"
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["party", "use", "recording", "work"], name="grants_of_a_party"),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=("party", "artist", "use", "tier_class", "recording", "work", "country", "version"),
                name="one_grant_a_version",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="somebody_ended_a_grant",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("use__in", ("voice", "train")), _negated=True), ("allows", False), _connector="OR"
                ),
                name="voice_and_training_are_never_granted",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("recording", None), ("work", None), _connector="OR"),
                name="a_grant_names_one_song_or_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("covers_later", False),
                    models.Q(("allows", True), ("recording", None), ("work", None)),
                    _connector="OR",
                ),
                name="only_a_yes_for_all_songs_covers_later_ones",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("live_until", None), ("live_until__gt", models.F("live_from")), _connector="OR"),
                name="a_grant_ends_after_its_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("after_end__in", ["plays_on", "stops"])), name="a_grant_says_what_fans_keep"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("use", "personal_message"), _negated=True), ("after_end", "plays_on"), _connector="OR"
                ),
                name="messages_stay_readable",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("role__in", ["recording_owner", "featured_artist", "session_pool"]),
                        ("work", None),
                        ("recording__isnull", False),
                    ),
                    models.Q(("recording", None), ("role__in", ["publisher", "writer"]), ("work__isnull", False)),
                    _connector="OR",
                ),
                name="a_claim_is_on_one_recording_or_one_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gte", 1), ("share__lte", 10000)), name="a_share_is_a_part_of_the_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("administered_by", None), ("role", "writer"), _connector="OR"),
                name="only_writers_are_administered",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("live_until", None), ("live_until__gte", models.F("live_from")), _connector="OR"),
                name="a_claim_ends_after_its_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="somebody_confirmed_a_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note", ""), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("disputed_at__isnull", False),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="staff_settle_a_dispute_with_a_note",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementparty",
            constraint=models.UniqueConstraint(fields=("version", "party"), name="a_party_once_a_version"),
        ),
        migrations.AddConstraint(
            model_name="agreementparty",
            constraint=models.CheckConstraint(
                condition=models.Q(("holds_key", True), ("key_above", 0), _connector="OR"),
                name="only_a_key_is_asked_for_above_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(fields=("version", "party"), name="a_party_accepts_once"),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.UniqueConstraint(fields=("scheme", "role"), name="one_line_a_role"),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gte", 1), ("share__lte", 10000)), name="a_line_is_a_part_of_the_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.UniqueConstraint(fields=("agreement", "version"), name="one_agreement_version"),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.UniqueConstraint(fields=("id", "wording_hash"), name="a_version_and_its_wording"),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="an_agreement_ends_after_its_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="somebody_ended_a_version",
            ),
        ),
        migrations.AddIndex(
            model_name="storedclearance",
            index=models.Index(fields=["digest"], name="clearance_by_digest"),
        ),
        migrations.AddConstraint(
            model_name="storedclearance",
            constraint=models.UniqueConstraint(fields=("id", "artist", "use"), name="a_clearance_of_an_artist_and_use"),
        ),
        migrations.AddConstraint(
            model_name="clearancerecording",
            constraint=models.UniqueConstraint(fields=("clearance", "recording"), name="a_recording_once_a_clearance"),
        ),
        migrations.AddConstraint(
            model_name="clearancegrant",
            constraint=models.UniqueConstraint(fields=("clearance", "grant"), name="a_grant_once_a_clearance"),
        ),
        migrations.CreateModel(
            name="RosterEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proposed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("proposed_by", models.CharField(max_length=80)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(max_length=80, null=True)),
                ("accepted", models.BooleanField(null=True)),
                ("live_from", models.DateTimeField(help_text="when the artist said yes", null=True)),
                (
                    "live_until",
                    models.DateTimeField(help_text="the end; for a proposal, when it was taken back", null=True),
                ),
                ("ended_by", models.CharField(max_length=80, null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster_entries",
                        to="catalog.artist",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roster", to="rights.party"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "roster entries",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None), ("live_until", None)),
                        fields=("label", "artist"),
                        name="one_open_proposal_to_an_artist",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted", None), ("answered_at", None), ("answered_by", None)),
                            models.Q(
                                ("accepted__isnull", False),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_proposal_is_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted", True), ("live_from__isnull", False)),
                            models.Q(("accepted__isnull", True), ("live_from", None)),
                            models.Q(("accepted", False), ("live_from", None)),
                            _connector="OR",
                        ),
                        name="only_an_accepted_proposal_holds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by", None), ("live_until", None)),
                            models.Q(("ended_by__isnull", False), ("live_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="somebody_ended_a_roster_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("live_from", None),
                            ("live_until", None),
                            ("live_until__gte", models.F("live_from")),
                            _connector="OR",
                        ),
                        name="a_roster_entry_ends_after_its_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CatalogImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=200)),
                (
                    "description",
                    models.CharField(blank=True, db_default="", default="", help_text="how it is read", max_length=80),
                ),
                ("size", models.PositiveIntegerField(help_text="in bytes")),
                (
                    "position",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="how many of the bytes were read"),
                ),
                ("lines", models.PositiveIntegerField(db_default=0, default=0, help_text="how many lines were read")),
                (
                    "last_number",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="the number of the last line read"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Reading"),
                            ("ready", "Read"),
                            ("requested", "Importing"),
                            ("done", "Imported"),
                            ("refused", "Cannot be read"),
                        ],
                        db_default="reading",
                        default="reading",
                        max_length=9,
                    ),
                ),
                (
                    "problem",
                    models.CharField(blank=True, db_default="", default="", help_text="for people", max_length=500),
                ),
                ("uploaded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("uploaded_by", models.CharField(max_length=80)),
                (
                    "requested_by",
                    models.CharField(help_text="who signs for the party and asked for it", max_length=80, null=True),
                ),
                ("imported_at", models.DateTimeField(null=True)),
                (
                    "told_at",
                    models.DateTimeField(help_text="when the artists and those whom it asks were told", null=True),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="rights.party"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                (
                    "catalog_import",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="rights.catalogimport",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="ImportLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="of the line in the file")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("same", "Same"),
                            ("changed", "Changed"),
                            ("waits", "Waits"),
                            ("no", "No"),
                        ],
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(help_text="see rights.imports.reasons", max_length=16)),
                (
                    "facts",
                    models.JSONField(default=dict, help_text="what the reason names; of a changed line the old values"),
                ),
                ("title", models.CharField(max_length=1024)),
                ("artist_name", models.CharField(max_length=200)),
                ("isrc", models.CharField(max_length=12, null=True)),
                ("mbid", models.UUIDField(null=True)),
                (
                    "work_title",
                    models.CharField(default="", help_text="empty: that of the recording", max_length=1024),
                ),
                ("iswc", models.CharField(max_length=11, null=True)),
                ("duration_ms", models.PositiveIntegerField(null=True)),
                ("share", models.PositiveSmallIntegerField(default=0, help_text="of the party that brings the file")),
                (
                    "named",
                    models.JSONField(
                        default=list, help_text="what it says others own: their role, party, name and share"
                    ),
                ),
                (
                    "unshared",
                    models.CharField(
                        default="", help_text="the roles that it names several for, without shares", max_length=40
                    ),
                ),
                ("text_key", models.BinaryField(max_length=32, null=True)),
                ("names_key", models.BinaryField(max_length=32, null=True)),
                ("leads_key", models.BinaryField(max_length=32, null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.artist",
                    ),
                ),
                (
                    "catalog_import",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verdicts",
                        to="rights.catalogimport",
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="which it is of, or became",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.recording",
                    ),
                ),
                (
                    "work",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="which the recording is of",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.work",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportedArtist",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added", models.PositiveIntegerField()),
                ("changed", models.PositiveIntegerField()),
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
                    "catalog_import",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="artists",
                        to="rights.catalogimport",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="importedartist",
            constraint=models.UniqueConstraint(fields=("artist", "catalog_import"), name="an_artist_once_an_import"),
        ),
        migrations.AddConstraint(
            model_name="importedartist",
            constraint=models.CheckConstraint(
                condition=models.Q(("added__gt", 0), ("changed__gt", 0), _connector="OR"),
                name="an_artist_of_an_import_has_news",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="catalog_import",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="that named it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="rights.catalogimport",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("catalog_import__isnull", False), ("confirmed_at", None), ("live_until", None)),
                fields=["party", "catalog_import"],
                name="claims_to_confirm_together",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("catalog_import__isnull", False)),
                fields=["catalog_import"],
                name="claims_of_an_import",
            ),
        ),
        migrations.AddIndex(
            model_name="catalogimport",
            index=models.Index(
                condition=models.Q(("state__in", ["reading", "requested"])), fields=["id"], name="imports_with_work"
            ),
        ),
        migrations.AddIndex(
            model_name="catalogimport",
            index=models.Index(
                condition=models.Q(("state", "done"), ("told_at", None)), fields=["id"], name="imports_to_tell"
            ),
        ),
        migrations.AddIndex(
            model_name="catalogimport",
            index=models.Index(fields=["party", "-id"], name="imports_of_a_party"),
        ),
        migrations.AddConstraint(
            model_name="catalogimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("told_at", None), ("imported_at__isnull", False), _connector="OR"),
                name="a_finished_import_is_told",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["reading", "ready", "requested", "done", "refused"])),
                name="an_import_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("requested_by__isnull", False), ("state__in", ["requested", "done"])),
                    models.Q(models.Q(("state__in", ["requested", "done"]), _negated=True), ("requested_by", None)),
                    _connector="OR",
                ),
                name="somebody_asked_for_an_import",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("imported_at__isnull", False), ("state", "done")),
                    models.Q(models.Q(("state", "done"), _negated=True), ("imported_at", None)),
                    _connector="OR",
                ),
                name="a_finished_import_has_its_time",
            ),
        ),
        migrations.AddIndex(
            model_name="importline",
            index=models.Index(fields=["catalog_import", "verdict", "number"], name="lines_by_verdict"),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.UniqueConstraint(fields=("catalog_import", "number"), name="a_line_once_an_import"),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["new", "same", "changed", "waits", "no"])),
                name="a_line_has_a_known_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["waits", "no"]),
                    models.Q(
                        ("artist__isnull", False),
                        ("share__lte", 10000),
                        ("text_key__isnull", False),
                        models.Q(("share__gte", 1), models.Q(("named", []), _negated=True), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="a_good_line_is_whole",
            ),
        ),
        migrations.CreateModel(
            name="ClearanceKeyHolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "clearance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key_holders",
                        to="rights.storedclearance",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.agreementparty"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("clearance", "holder"), name="a_key_holder_once_a_clearance")
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("draft", models.BigIntegerField(help_text="a plain id: this app cannot import drafts")),
                ("revision", models.PositiveIntegerField(help_text="of the draft")),
                ("content_hash", models.CharField(max_length=64)),
                ("approves", models.BooleanField()),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="of a no; for people", max_length=280
                    ),
                ),
                ("by", models.CharField(max_length=80)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.party"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("draft", "party", "content_hash", "approves"), name="a_party_decides_once_on_a_content"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approves", False), ("reason", ""), _connector="OR"),
                        name="only_a_no_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(help_text="what is made, for example moment:7", max_length=60)),
                (
                    "month",
                    models.DateField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="its first day, in UTC; set by the database",
                    ),
                ),
                (
                    "is_above",
                    models.BooleanField(
                        db_default=False, default=False, help_text="the key is asked for; by the database"
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                ("free_from", models.DateTimeField(help_text="when somebody else can have the place", null=True)),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.agreementparty",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="rights.agreementscope",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("scope__isnull", False)),
                        fields=["scope", "month"],
                        name="places_of_a_limit",
                    ),
                    models.Index(
                        condition=models.Q(("holder__isnull", False)),
                        fields=["holder", "month"],
                        name="places_of_a_key",
                    ),
                    models.Index(fields=["item"], name="places_of_an_item"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder__isnull", False), ("scope", None)),
                            models.Q(("holder", None), ("scope__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_place_is_of_one_limit",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("free_from", None)), fields=("scope", "item"), name="one_place_an_item"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("free_from", None)),
                        fields=("holder", "item"),
                        name="an_item_is_counted_once_for_a_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IsrcPrefix",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefix", models.CharField(help_text="country and registrant, for example PTABC", max_length=5)),
                ("registered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("registered_by", models.CharField(max_length=80)),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="it was registered by mistake, or is somebody else's now", null=True
                    ),
                ),
                ("ended_by", models.CharField(max_length=80, null=True)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="isrc_prefixes", to="rights.party"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "ISRC prefixes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("prefix",), name="a_prefix_is_of_one_party"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prefix__regex", "^[A-Z]{2}[A-Z0-9]{3}$")), name="a_prefix_begins_an_isrc"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="somebody_ended_a_prefix",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("disputed_at__isnull", False), ("settled_at", None)),
                fields=["disputed_at"],
                name="open_disputes",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False)),
                fields=["settled_at"],
                name="settled_disputes",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["artist", "label", "distributor", "publisher", "writer", "society", "session_pool"])
                ),
                name="a_party_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("use__in", ["personal_message", "remix", "share", "playlist", "dj", "tier", "voice", "train"])
                ),
                name="a_grant_is_for_a_known_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitscheme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("use__in", ["personal_message", "remix", "share", "playlist", "dj", "tier", "voice", "train"])
                ),
                name="a_scheme_is_for_a_known_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        ["platform", "recording_owner", "featured_artist", "session_pool", "publisher", "writer"],
                    )
                ),
                name="a_line_is_for_a_known_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementscope",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("use__in", ["personal_message", "remix", "share", "playlist", "dj", "tier", "voice", "train"])
                ),
                name="a_scope_is_for_a_known_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedclearance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("use__in", ["personal_message", "remix", "share", "playlist", "dj", "tier", "voice", "train"])
                ),
                name="a_clearance_is_for_a_known_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitscheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_bearer__in", ["platform", "shared"])), name="somebody_pays_the_card_fee"
            ),
        ),
    ]
