import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("use", models.CharField(choices=[("personal_message", "Personal messages")], max_length=24)),
                ("version", models.PositiveIntegerField()),
                (
                    "territories",
                    models.CharField(
                        blank=True, help_text="ISO 3166 codes, commas between; blank: all", max_length=400
                    ),
                ),
                ("by", models.CharField(help_text="the person who said yes, a plain id", max_length=80)),
                ("live_from", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("live_until", models.DateTimeField(help_text="ends by itself then", null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(max_length=80, null=True)),
                (
                    "artist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="catalog.artist"
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
                ("kind", models.CharField(choices=[("artist", "Artist")], max_length=12)),
                ("name", models.CharField(max_length=120)),
                (
                    "artist",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="party",
                        to="catalog.artist",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="grant",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="rights.party"
            ),
        ),
        migrations.CreateModel(
            name="StoredClearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("use", models.CharField(choices=[("personal_message", "Personal messages")], max_length=24)),
                ("territory", models.CharField(blank=True, max_length=2)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField(null=True)),
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
            ],
            options={
                "db_table": "rights_clearance",
            },
        ),
        migrations.AddField(
            model_name="clearancegrant",
            name="clearance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.storedclearance"
            ),
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("item", "Item"), ("shape", "Shape"), ("envelope", "Envelope"), ("lot", "Lot")],
                        max_length=8,
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "why_hash",
                    models.CharField(
                        help_text="of an item: over the facts why its fan gets it (docs/adr/0006)",
                        max_length=64,
                        null=True,
                    ),
                ),
                ("by", models.CharField(help_text="person:<uuid>", max_length=80, null=True)),
                (
                    "role",
                    models.CharField(
                        blank=True, help_text="the decider’s role in the team at that moment", max_length=9
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "under",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rights.decision"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("id", "content_hash"), name="decision_and_its_content"),
                    models.UniqueConstraint(
                        fields=("id", "content_hash", "why_hash"), name="decision_and_its_content_and_why"
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
                        condition=models.Q(("by__isnull", False), ("under__isnull", False), _connector="OR"),
                        name="somebody_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "item"), ("by__isnull", False), _connector="OR"),
                        name="a_person_signs_what_covers_more_than_one",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "artist"), _negated=True), ("artist__isnull", False), _connector="OR"
                ),
                name="an_artist_party_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=("party", "artist", "use", "version"), name="one_grant_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("party", "artist", "use"), name="one_live_grant_a_use"
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
            model_name="clearancegrant",
            constraint=models.UniqueConstraint(fields=("clearance", "grant"), name="a_grant_once_a_clearance"),
        ),
    ]
