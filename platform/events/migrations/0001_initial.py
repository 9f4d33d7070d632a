import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SourceTopic",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name__regex",
                                "^(?!(listens|notices|experiences|entitlements)\\.)[a-z0-9]+([.-][a-z0-9]+)*$",
                            )
                        ),
                        name="plain_name_and_none_of_ours",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeadLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=80)),
                ("topic_id", models.UUIDField()),
                ("partition", models.PositiveIntegerField()),
                ("offset", models.BigIntegerField()),
                ("key", models.BinaryField(null=True)),
                ("value", models.BinaryField(null=True)),
                (
                    "is_complete",
                    models.BooleanField(default=True, help_text="false: only the beginning of a large value is kept"),
                ),
                ("headers", models.JSONField(help_text="pairs of name and value, percent-encoded", null=True)),
                ("reason", models.CharField(max_length=500)),
                ("stored_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("replayed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("topic_id", "partition", "offset"), name="one_dead_letter_a_record")
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=80)),
                ("key", models.BinaryField(null=True)),
                ("value", models.BinaryField(null=True)),
                ("headers", models.JSONField(help_text="pairs of name and value, percent-encoded", null=True)),
                ("keep_until_counted", models.BooleanField(help_text="stays until its consumer has passed it")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("topic_id", models.UUIDField(null=True)),
                ("partition", models.PositiveIntegerField(null=True)),
                ("offset", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name_plural": "outbox",
                "indexes": [
                    models.Index(condition=models.Q(("topic_id", None)), fields=["id"], name="outbox_unsent"),
                    models.Index(fields=["topic_id", "partition", "offset"], name="outbox_sent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("offset", None), ("partition", None), ("topic_id", None)),
                            models.Q(
                                ("offset__isnull", False), ("partition__isnull", False), ("topic_id__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="sent_somewhere_or_nowhere",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredOffset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("consumer", models.CharField(max_length=40)),
                ("topic", models.CharField(max_length=80)),
                ("topic_id", models.UUIDField()),
                ("partition", models.PositiveIntegerField()),
                ("next", models.BigIntegerField(help_text="the first offset not yet processed")),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("consumer", "topic_id", "partition"), name="one_offset_a_partition")
                ],
            },
        ),
    ]
