"""Migration operations that protect rows from change, by triggers and by the grants of the app role.

Plain SQL, because Django has no operation for triggers and grants.
"""

from django.db.migrations import RunSQL

CLOCK_PATH = "past, pg_catalog, public, pg_temp"
"""The search path of functions that take the time from statement_timestamp().

The owner can put a clock into the schema `past`, for one transaction: the demo's seed does. The app role cannot make a
schema, and its temporary tables come last, so they hide none of ours.
"""

# What triggers call where a row breaks a promise. It says which one, as a constraint would.
CREATE_REFUSE = RunSQL(
    """
    CREATE FUNCTION refuse(reason text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%', reason USING ERRCODE = 'check_violation';
    END $$;
    """,
    "DROP FUNCTION refuse(text)",
)

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

# Whoever may TRUNCATE a table of history is its owner, who loads rows in bulk with the times at which they happened.
CREATE_SET_TIME = RunSQL(
    f"""
    CREATE FUNCTION set_time() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
    BEGIN
        IF has_table_privilege(TG_RELID, 'TRUNCATE') THEN
            RETURN NEW;
        END IF;
        RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], statement_timestamp()));
    END $$;
    """,
    "DROP FUNCTION set_time()",
)

# Under REPEATABLE READ a trigger reads what was there when the transaction began: it would miss an end, a dispute or a
# place that another transaction has committed since.
CREATE_REQUIRE_READ_COMMITTED = RunSQL(
    """
    CREATE FUNCTION require_read_committed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION '% on %: only in a transaction that is READ COMMITTED', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    END $$;
    """,
    "DROP FUNCTION require_read_committed()",
)


def only_read_committed(*tables: str) -> list[RunSQL]:
    """Refuse rows written in a transaction that does not see what others have committed. Triggers compare with that."""
    return [
        RunSQL(
            f"""
            CREATE TRIGGER only_read_committed BEFORE INSERT OR UPDATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION require_read_committed();
            """,
            f"DROP TRIGGER only_read_committed ON {table}",
        )
        for table in tables
    ]


def dated_by_clock(table: str, column: str = "at") -> RunSQL:
    """Let the database's clock say the time in this column of each new row, whatever the statement says.

    The clock is the column's default, so the function runs only where a statement says another time.
    """
    return RunSQL(
        f"""
        CREATE TRIGGER dated_by_clock BEFORE INSERT ON {table}
        FOR EACH ROW WHEN (NEW.{column} IS DISTINCT FROM statement_timestamp()) EXECUTE FUNCTION set_time('{column}');
        """,
        f"DROP TRIGGER dated_by_clock ON {table}",
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


def never_removed(table: str, *columns: str) -> RunSQL:
    """Forbid DELETE and TRUNCATE, and allow the app role UPDATE of `columns` alone. The app's own triggers say when."""
    return RunSQL(
        f"""
        CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM fanfare_app;
        GRANT UPDATE ({", ".join(columns)}) ON {table} TO fanfare_app;
        """,
        f"""
        DROP TRIGGER never_removed ON {table};
        GRANT UPDATE, DELETE ON {table} TO fanfare_app;
        """,
    )


def write_once(table: str, *columns: str, until: str) -> list[RunSQL]:
    """Forbid DELETE and TRUNCATE, and allow UPDATE of `columns` alone, while the column `until` is still NULL."""
    return [
        never_removed(table, *columns),
        RunSQL(
            f"""
            CREATE TRIGGER write_once BEFORE UPDATE ON {table}
            FOR EACH ROW WHEN (OLD.{until} IS NOT NULL) EXECUTE FUNCTION refuse_change();
            """,
            f"DROP TRIGGER write_once ON {table}",
        ),
    ]
