from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("artists", "0003_held")]
    operations = [
        migrations.AddField(
            model_name="program",
            name="paused_because",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="what fans' reports stopped it for, in words",
                max_length=300,
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="reports_from",
            field=models.DateTimeField(help_text="what fans reported before was looked at by the team", null=True),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "paused"), ("paused_because", ""), _connector="OR"),
                name="reports_stop_a_program_until_it_is_resumed",
            ),
        ),
    ]
