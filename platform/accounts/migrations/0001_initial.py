import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.time_zones


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("artist", "Artist"), ("rightsholder", "Rightsholder")],
                        db_default="artist",
                        default="artist",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("id", "kind"), name="a_team_has_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["artist", "rightsholder"])), name="a_team_is_of_a_known_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                (
                    "handle",
                    models.CharField(
                        help_text="The user name that scrobblers show.",
                        max_length=32,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9_-]{2,31}\\Z", "3 to 32 of a-z, 0-9, - and _."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(blank=True, help_text="As artists may greet this person.", max_length=80)),
                ("country", models.CharField(max_length=2)),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("under_13", "Under 13"),
                            ("13_15", "13 to 15"),
                            ("16_17", "16 or 17"),
                            ("18_plus", "18 or older"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="IANA name, for example Europe/Lisbon; empty, and UTC, until the browser or the person says it",
                        max_length=64,
                        validators=[accounts.time_zones.validate_time_zone],
                    ),
                ),
                ("is_staff", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name_plural": "people",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("age_band__in", ["13_15", "16_17", "18_plus"])),
                        name="nobody_under_13_has_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="an_address_is_lower_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(help_text="what the consent is about, kind:<id>, e.g. artist:12", max_length=80),
                ),
                ("act", models.CharField(choices=[("given", "Given"), ("withdrawn", "Withdrawn")], max_length=9)),
                ("version", models.PositiveSmallIntegerField(help_text="of the words below")),
                ("words", models.TextField(help_text="exactly what the person was told")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "about", "id"], name="consent_by_person")],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("principal", "The artist"),
                            ("signatory", "Signatory"),
                            ("owner", "Owner"),
                            ("editor", "Editor"),
                            ("reviewer", "Reviewer"),
                        ],
                        max_length=9,
                    ),
                ),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "signs_for",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(role="principal", then=models.Value("artist")),
                            models.When(role="signatory", then=models.Value("rightsholder")),
                        ),
                        help_text="the kind of team that the role signs for; a key compares it with the team’s kind",
                        output_field=models.CharField(max_length=12),
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="accounts.team"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("team", "person"), name="one_role_in_a_team"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["principal", "signatory", "owner", "editor", "reviewer"])),
                        name="a_member_has_a_known_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MembershipPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("principal", "The artist"),
                            ("signatory", "Signatory"),
                            ("owner", "Owner"),
                            ("editor", "Editor"),
                            ("reviewer", "Reviewer"),
                        ],
                        max_length=9,
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "until",
                    models.DateTimeField(help_text="the end, not included; NULL while it lasts", null=True),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["team", "person", "-since"], name="membership_by_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("team", "person"),
                        name="one_membership_lasts_in_a_team",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="a_membership_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("principal", "The artist"),
                            ("signatory", "Signatory"),
                            ("owner", "Owner"),
                            ("editor", "Editor"),
                            ("reviewer", "Reviewer"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "digest",
                    models.CharField(help_text="hash_secret() of the secret in the link", max_length=64, unique=True),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("joined", "Joined"),
                            ("refused", "Refused"),
                            ("taken_back", "Taken Back"),
                            ("replaced", "Replaced"),
                            ("expired", "Expired"),
                            ("unsent", "Unsent"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="accounts.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["expires_at"], name="invitation_open_until"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("team", "email"), name="one_open_invitation_an_address"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email__isnull", False), ("ended_at", None), ("outcome", "")),
                            models.Q(
                                ("email", None), ("ended_at__isnull", False), models.Q(("outcome", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="an_invitation_that_ended_holds_no_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="an_invited_address_is_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role", "principal"), _negated=True),
                        name="nobody_is_invited_as_the_artist",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgeChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("under_13", "Under 13"),
                            ("13_15", "13 to 15"),
                            ("16_17", "16 or 17"),
                            ("18_plus", "18 or older"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("under_13", "Under 13"),
                            ("13_15", "13 to 15"),
                            ("16_17", "16 or 17"),
                            ("18_plus", "18 or older"),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="set by the database"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="age_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True),
                        name="an_age_changes_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after__in", ["13_15", "16_17", "18_plus"])),
                        name="nobody_becomes_younger_than_13",
                    ),
                ],
            },
        ),
    ]
