"""A schema of its own for FakeStripe: nothing of Fanfare's refers to it, and it refers to nothing.

Plain SQL, because Django's models live in the schema of the site.
"""

from django.db import migrations

CREATE = """
CREATE SCHEMA simulated_payments;
CREATE TABLE simulated_payments.object (
    kind text NOT NULL,
    id text NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, id)
);
GRANT USAGE ON SCHEMA simulated_payments TO fanfare_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON simulated_payments.object TO fanfare_app;
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP SCHEMA simulated_payments CASCADE")]
