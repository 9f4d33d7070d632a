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
                (
                    "subject",
                    models.CharField(
                        help_text="experience:<uuid>; a plain id, for experiences stand above", max_length=80
                    ),
                ),
                (
                    "artist",
                    models.BigIntegerField(help_text="a plain id, as everything about it was when it was shown"),
                ),
                ("program", models.BigIntegerField(help_text="a plain id, for programs stand above")),
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
                    "said",
                    models.CharField(
                        help_text="in the fan's own words, or empty; erasable", max_length=1000, null=True
                    ),
                ),
                (
                    "shown",
                    models.JSONField(help_text="artist, text, mark, why: as the fan saw them; erasable", null=True),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "to_weigh",
                    models.BooleanField(
                        default=True, help_text="its program is yet to be looked at for how many there are"
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
                ("handled_by", models.CharField(help_text="which of the staff, a plain id", max_length=80, null=True)),
                ("handled_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, help_text="why, in the words of who handled it", max_length=500)),
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
                    models.Index(condition=models.Q(("to_weigh", True)), fields=["id"], name="reports_to_weigh"),
                    models.Index(
                        condition=models.Q(("state", "dismissed"), _negated=True),
                        fields=["program", "at"],
                        name="reports_of_a_program",
                    ),
                    models.Index(fields=["artist", "-at"], name="reports_of_an_artist"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("by", "subject"), name="a_fan_reports_a_thing_once"),
                    models.CheckConstraint(
                        condition=models.Q(("subject__startswith", "experience:")), name="a_report_is_on_an_experience"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["hurtful", "sexual", "untrue", "pretends", "leads_away", "other"])
                        ),
                        name="a_report_has_a_reason",
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
