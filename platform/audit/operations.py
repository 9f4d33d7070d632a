"""Migration operations that protect rows from change, by triggers and by the grants of the app role.

Plain SQL, because Django has no operation for triggers and grants.
"""

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
    """Forbid UPDATE, DELETE and TRUNCATE: to the app role by its grants, and to everybody by a trigger."""
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
    """Forbid DELETE and TRUNCATE, and allow UPDATE of `columns` alone, while the column `until` is still NULL."""
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
