from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_one_account_an_address")]
    operations = [
        migrations.CreateModel(
            name="Window",
            fields=[
                (
                    "key",
                    models.BinaryField(
                        help_text="keyed digest of a token or an address",
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("ends_at", models.DateTimeField(db_index=True)),
                ("taken", models.PositiveIntegerField()),
            ],
        ),
        # Counted at every request and worth nothing after a crash: no write-ahead log, and room to update in place.
        migrations.RunSQL(
            "ALTER TABLE accounts_window SET UNLOGGED; ALTER TABLE accounts_window SET (fillfactor = 50)",
            "ALTER TABLE accounts_window RESET (fillfactor); ALTER TABLE accounts_window SET LOGGED",
        ),
    ]
