"""Reports are never removed. Staff write their verdict once. The words of the fan may be erased, never changed.

No grant allows to change whose report it is, on what, when, or the facts that it weighs by.
"""

from django.db import migrations

from audit.operations import CLOCK_PATH, dated_by_clock, never_removed

# Whoever may TRUNCATE the table is its owner, who loads reports in bulk as they were handled elsewhere.
HANDLED_BY_STAFF = f"""
CREATE FUNCTION trust_only_by_staff() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF has_table_privilege(TG_RELID, 'TRUNCATE') THEN
        RETURN NEW;
    END IF;
    IF NOT accounts_is_staff(NEW.handled_by) THEN
        RAISE EXCEPTION '% is not of the staff', NEW.handled_by USING ERRCODE = 'check_violation';
    END IF;
    NEW.handled_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER handled_by_staff BEFORE INSERT OR UPDATE OF handled_by, handled_at ON trust_report
FOR EACH ROW WHEN (NEW.handled_by IS NOT NULL) EXECUTE FUNCTION trust_only_by_staff();
"""


class Migration(migrations.Migration):
    dependencies = [("trust", "0001_initial"), ("accounts", "0002_promises"), ("audit", "0002_promises")]
    operations = [
        dated_by_clock("trust_report"),
        migrations.RunSQL(
            HANDLED_BY_STAFF,
            """
            DROP TRIGGER handled_by_staff ON trust_report;
            DROP FUNCTION trust_only_by_staff();
            """,
        ),
        never_removed("trust_report", "to_count", "state", "handled_by", "handled_at", "note", "words", "shown"),
        # write_once of audit.operations would refuse to erase words after the verdict, so each rule has its own trigger.
        migrations.RunSQL(
            """
            CREATE TRIGGER handled_once BEFORE UPDATE OF state, handled_by, handled_at, note ON trust_report
            FOR EACH ROW WHEN (OLD.handled_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER words_only_go BEFORE UPDATE OF words, shown ON trust_report
            FOR EACH ROW WHEN (
                NEW.words IS NOT NULL AND NEW.words IS DISTINCT FROM OLD.words
                OR NEW.shown IS NOT NULL AND NEW.shown IS DISTINCT FROM OLD.shown
            ) EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER handled_once ON trust_report;
            DROP TRIGGER words_only_go ON trust_report;
            """,
        ),
    ]
