"""A fan may take back the listen that a moment rests on: the moment stays, so that it fires once, and forgets which."""

from django.db import migrations

FORGET = """
ALTER TABLE artists_moment
    DROP CONSTRAINT artists_moment_listen_id_dedbe5bb_fk_listens_listen_id,
    ADD CONSTRAINT artists_moment_listen_id_dedbe5bb_fk_listens_listen_id FOREIGN KEY (listen_id)
        REFERENCES listens_listen (id) {on_delete} DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [("artists", "0004_why_it_is_paused"), ("listens", "0004_take_back_and_pause")]
    operations = [migrations.RunSQL(FORGET.format(on_delete="ON DELETE SET NULL"), FORGET.format(on_delete=""))]
