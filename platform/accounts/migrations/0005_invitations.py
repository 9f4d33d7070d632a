import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_rate_windows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("principal", "Principal"),
                            ("owner", "Owner"),
                            ("editor", "Editor"),
                            ("reviewer", "Reviewer"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="of the secret in the link, which is kept nowhere", max_length=64, unique=True
                    ),
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
                        condition=models.Q(("role", "principal"), _negated=True), name="nobody_is_invited_as_principal"
                    ),
                ],
            },
        ),
    ]
