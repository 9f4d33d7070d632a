"""Operations for migrations of tables whose rows are history: written once, never changed, never removed."""

from django.db.migrations import RunSQL

CREATE_REFUSE_CHANGE = RunSQL(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION '% on %: history is not changed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;
    """,
    "DROP FUNCTION refuse_change()",
)


def append_only(table: str) -> RunSQL:
    """No UPDATE, DELETE or TRUNCATE: not by the app role's grants, and not by a trigger for whoever writes."""
    return RunSQL(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM fanfare_app;
        """,
        f"""
        DROP TRIGGER append_only ON {table};
        GRANT UPDATE, DELETE ON {table} TO fanfare_app;
        """,
    )


def write_once(table: str, *columns: str, until: str) -> RunSQL:
    """Rows stay; of them only `columns` may be written, and only while `until` is still NULL."""
    return RunSQL(
        f"""
        CREATE TRIGGER write_once BEFORE UPDATE ON {table}
        FOR EACH ROW WHEN (OLD.{until} IS NOT NULL) EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM fanfare_app;
        GRANT UPDATE ({", ".join(columns)}) ON {table} TO fanfare_app;
        """,
        f"""
        DROP TRIGGER write_once ON {table};
        DROP TRIGGER never_removed ON {table};
        GRANT UPDATE, DELETE ON {table} TO fanfare_app;
        """,
    )
