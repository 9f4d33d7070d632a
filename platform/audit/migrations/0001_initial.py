import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor", models.CharField(help_text="person:<uuid>, or a SystemActor", max_length=80)),
                (
                    "action",
                    models.CharField(
                        help_text="subject kind, a dot, the past participle: draft.approved", max_length=60
                    ),
                ),
                ("subject", models.CharField(help_text="kind:<id>", max_length=80)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [
                    models.Index(fields=["subject", "id"], name="audit_by_subject"),
                    models.Index(fields=["actor", "id"], name="audit_by_actor"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("actor__startswith", "person:"),
                            (
                                "actor__in",
                                [
                                    "system:billing",
                                    "system:command",
                                    "system:delivery",
                                    "system:demo",
                                    "system:drafts",
                                    "system:expiry",
                                    "system:facts",
                                    "system:housekeeping",
                                    "system:models",
                                    "system:moments",
                                    "system:operator",
                                    "system:payouts",
                                    "system:reports",
                                    "system:requests",
                                    "system:unread",
                                    "system:update_keys",
                                    "system:withdrawal",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="an_actor_is_known",
                    )
                ],
            },
        ),
    ]
