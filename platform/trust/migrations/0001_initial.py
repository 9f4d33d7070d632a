import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(help_text="experience:<uuid>, or shelf:<id>", max_length=80)),
                ("artist", models.BigIntegerField(help_text="id of the artist when the fan reported")),
                (
                    "program",
                    models.BigIntegerField(
                        help_text="id of the program that made the experience; NULL: it is an entry of a shelf",
                        null=True,
                    ),
                ),
                (
                    "listens",
                    models.PositiveIntegerField(
                        help_text="how often the fan had listened to the artist; no higher than the weight asks"
                    ),
                ),
                (
                    "audience",
                    models.PositiveIntegerField(
                        help_text="how many fans had received something of the program, up to a limit", null=True
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("hurtful", "It is hurtful"),
                            ("sexual", "It is sexual"),
                            ("untrue", "It says something that is not true"),
                            ("pretends", "It pretends to be somebody"),
                            ("leads_away", "It asks for money or leads elsewhere"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    models.CharField(help_text="what the fan wrote; NULL when erased", max_length=1000, null=True),
                ),
                (
                    "shown",
                    models.JSONField(
                        help_text="artist, text, mark, why: as the fan saw them; NULL when erased", null=True
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "to_count",
                    models.BooleanField(
                        default=True, help_text="the reports on its program are yet to be counted again"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("upheld", "Upheld"), ("dismissed", "Dismissed")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("handled_by", models.CharField(help_text="person:<uuid> of the staff", max_length=80, null=True)),
                ("handled_at", models.DateTimeField(null=True)),
                (
                    "note",
                    models.CharField(blank=True, help_text="why staff decided so, in their words", max_length=500),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["at"], name="reports_to_handle"),
                    models.Index(
                        condition=models.Q(("state", "open"), _negated=True),
                        fields=["-handled_at"],
                        name="reports_handled",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open"), _negated=True),
                        fields=["by", "-handled_at"],
                        name="reports_answered",
                    ),
                    models.Index(condition=models.Q(("to_count", True)), fields=["id"], name="reports_to_count"),
                    models.Index(fields=["program", "at"], name="reports_of_a_program"),
                    models.Index(fields=["artist", "-at"], name="reports_of_an_artist"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("by", "subject"), name="a_fan_reports_a_thing_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("audience__isnull", False),
                                ("program__isnull", False),
                                ("subject__startswith", "experience:"),
                            ),
                            models.Q(("audience", None), ("program", None), ("subject__regex", "^shelf:[0-9]{1,18}$")),
                            _connector="OR",
                        ),
                        name="a_report_is_on_what_a_program_made_or_on_a_shelf",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["hurtful", "sexual", "untrue", "pretends", "leads_away", "other"])
                        ),
                        name="a_report_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__gte", 1)), name="what_is_reported_reached_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at", None), ("handled_by", None), ("note", ""), ("state", "open")),
                            models.Q(
                                ("handled_at__isnull", False),
                                ("handled_by__isnull", False),
                                ("state__in", ["upheld", "dismissed"]),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="somebody_handled_a_report_and_says_why",
                    ),
                ],
            },
        ),
    ]
