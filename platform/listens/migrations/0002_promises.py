"""Register our own APIs as sources, which authenticate the fan. A source keeps its URI and its topic for ever.

Triggers hold that a duplicate points to a listen of the same fan that is no duplicate itself.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.operations import append_only
from audit.statement_keys import statement_key

SOURCE_URIS = ["/api/listenbrainz", "/api/player", "/api/remix-player", "/api/listening"]


def create_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    source = apps.get_model("listens", "Source")
    source.objects.bulk_create(source(uri=uri) for uri in SOURCE_URIS)


def delete_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("listens", "Source").objects.filter(uri__in=SOURCE_URIS).delete()


# The checks run after the statement, so that one statement can make a listen the duplicate of its own duplicate. Each
# sees what other transactions have committed, and FOR SHARE waits for those that are changing the row.
CHECK_DUPLICATES = """
CREATE FUNCTION listens_duplicate_has_an_original() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM listens_listen
    WHERE id = NEW.duplicate_of_id AND person_id = NEW.person_id AND duplicate_of_id IS NULL FOR SHARE;
    IF NOT FOUND OR EXISTS (SELECT FROM listens_listen WHERE duplicate_of_id = NEW.id) THEN
        RAISE EXCEPTION 'listen % cannot be a duplicate of listen %', NEW.id, NEW.duplicate_of_id
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_duplicate_has_an_original AFTER INSERT OR UPDATE OF duplicate_of_id ON listens_listen
FOR EACH ROW WHEN (NEW.duplicate_of_id IS NOT NULL) EXECUTE FUNCTION listens_duplicate_has_an_original();

CREATE FUNCTION listens_original_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone JOIN listens_listen AS duplicate ON duplicate.duplicate_of_id = gone.id) THEN
        RAISE EXCEPTION 'a listen that has duplicates is deleted together with them'
        USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER an_original_stays AFTER DELETE ON listens_listen
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION listens_original_stays();

CREATE TRIGGER a_listen_keeps_its_fan BEFORE UPDATE OF id, person_id ON listens_listen
FOR EACH ROW WHEN (OLD.id <> NEW.id OR OLD.person_id <> NEW.person_id) EXECUTE FUNCTION refuse_change();
"""
FORGET_DUPLICATES = """
DROP TRIGGER a_listen_keeps_its_fan ON listens_listen;
DROP TRIGGER an_original_stays ON listens_listen;
DROP TRIGGER a_duplicate_has_an_original ON listens_listen;
DROP FUNCTION listens_original_stays();
DROP FUNCTION listens_duplicate_has_an_original();
"""


class Migration(migrations.Migration):
    dependencies = [("listens", "0001_initial"), ("audit", "0002_promises")]
    operations = [
        migrations.RunPython(create_sources, delete_sources),
        append_only("listens_source"),
        migrations.RunSQL(CHECK_DUPLICATES, FORGET_DUPLICATES),
        statement_key("listens_listen", "person_id", "accounts_person"),
        statement_key("listens_listen", "source_id", "listens_source"),
        statement_key("listens_listen", "recording_id", "catalog_recording"),
    ]
