"""A migration operation for foreign keys that are checked once a statement, where a statement writes thousands of rows.

PostgreSQL checks its own foreign keys row by row: 2,000 new listens look up the same source 2,000 times. The models say
`db_constraint=False`. tests/audit/test_statement_keys.py finds those with neither a foreign key nor these triggers.
"""

from django.db.migrations import RunSQL

# Each parent is looked up by its key, whatever the size of the first statement of a session was: the plan is kept.
CREATE = """
CREATE FUNCTION {name}_exists() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE missing text;
BEGIN
    SELECT min(child.id::text) INTO missing
    FROM (SELECT DISTINCT {column} AS id FROM arrived WHERE {column} IS NOT NULL ORDER BY 1) AS child
    LEFT JOIN LATERAL (SELECT true AS known FROM {parent} WHERE id = child.id FOR KEY SHARE) AS parent ON true
    WHERE known IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '{table}.{column}: there is no {parent} %', missing
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{name}_exists', TABLE = '{table}';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION {name}_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM {parent} WHERE id = NEW.{column} FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '{table}.{column}: there is no {parent} %', NEW.{column}
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{name}_exists', TABLE = '{table}';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION {name}_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM FROM {table} WHERE {column} IS NOT NULL LIMIT 1;
    ELSE
        PERFORM FROM {table} WHERE {column} = OLD.id LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION '% on {parent}: rows of {table} need it', TG_OP
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{name}_exists', TABLE = '{table}';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {name}_exists(), {name}_changed(), {name}_kept() FROM PUBLIC;

CREATE TRIGGER {column}_exists AFTER INSERT ON {table}
REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION {name}_exists();
CREATE TRIGGER {column}_changed AFTER UPDATE ON {table} FOR EACH ROW
WHEN (NEW.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION {name}_changed();
CREATE TRIGGER {name}_seen BEFORE DELETE OR UPDATE OF id OR TRUNCATE ON {parent}
FOR EACH STATEMENT EXECUTE FUNCTION require_read_committed();
CREATE TRIGGER {name}_deleted AFTER DELETE ON {parent}
FOR EACH ROW EXECUTE FUNCTION {name}_kept();
CREATE TRIGGER {name}_moved AFTER UPDATE ON {parent}
FOR EACH ROW WHEN (NEW.id IS DISTINCT FROM OLD.id) EXECUTE FUNCTION {name}_kept();
CREATE TRIGGER {name}_truncated AFTER TRUNCATE ON {parent}
FOR EACH STATEMENT EXECUTE FUNCTION {name}_kept();
"""
DROP = """
DROP TRIGGER {name}_truncated ON {parent};
DROP TRIGGER {name}_moved ON {parent};
DROP TRIGGER {name}_deleted ON {parent};
DROP TRIGGER {name}_seen ON {parent};
DROP TRIGGER {column}_changed ON {table};
DROP TRIGGER {column}_exists ON {table};
DROP FUNCTION {name}_exists(), {name}_changed(), {name}_kept();
"""


def statement_key(table: str, column: str, parent: str) -> RunSQL:
    """Hold that `column` is the id of a row of `parent`, in INSERT and COPY with one look a statement.

    The new rows lock their parents, as those of a foreign key do. A parent with rows cannot be deleted, emptied or
    given another id, by the owner either; that waits for those who are adding rows, and sees them.
    """
    names = {"name": f"{table}_{column}", "table": table, "column": column, "parent": parent}
    return RunSQL(CREATE.format(**names), DROP.format(**names))
