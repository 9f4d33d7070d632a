"""Who may decide for an artist, and under what, as SQL for migration 0002."""

from audit.operations import CLOCK_PATH

# A decision of now, by a person who is in the artist's team now, in that role. Changes of a team lock its row first
# (accounts.roles.lock_team): so a role that is ending has ended here, or ends after this transaction, and is dated so.
# Whoever may TRUNCATE the table is its owner, who loads decisions in bulk as they were made elsewhere. PL/pgSQL needs the
# quotes around `by`.
DECIDERS = f"""
CREATE FUNCTION rights_only_by_the_team() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    of_team bigint := (SELECT team_id FROM catalog_artist WHERE id = NEW.artist_id);
BEGIN
    IF has_table_privilege(TG_RELID, 'TRUNCATE') THEN
        RETURN NEW;
    END IF;
    IF NEW."by" IS NOT NULL THEN
        PERFORM FROM accounts_team WHERE id = of_team FOR KEY SHARE;
        IF NOT EXISTS (
            SELECT FROM accounts_person WHERE id = accounts_person_id(NEW."by") AND is_active
            AND accounts_role_at(id, of_team, NEW.at) = NEW.role
        ) THEN
            RAISE EXCEPTION '% is no % in the team of artist %', NEW."by", NEW.role, NEW.artist_id
            USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.under_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM rights_decision WHERE id = NEW.under_id AND artist_id = NEW.artist_id AND kind NOT IN ('item', 'terms', 'shelf')
    ) THEN
        RAISE EXCEPTION 'decision % is no signed wider decision of artist %', NEW.under_id, NEW.artist_id
        USING ERRCODE = 'check_violation';
    END IF;
    -- A second signature on an envelope is under the first one, and on exactly the same.
    IF NEW.kind = 'envelope' AND NEW.under_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM rights_decision WHERE id = NEW.under_id AND kind = 'envelope' AND under_id IS NULL
        AND content_hash = NEW.content_hash
    ) THEN
        PERFORM refuse('a second signature is on the envelope of the first');
    END IF;
    -- What stands on the artist's shelf was made inside limits that were signed.
    IF NEW.kind = 'shelf' AND NOT EXISTS (
        SELECT FROM rights_decision WHERE id = NEW.under_id AND kind = 'envelope'
    ) THEN
        PERFORM refuse('a decision on the shelf is under a signed envelope');
    END IF;
    RETURN NEW;
END $$;
-- PostgreSQL runs triggers in the order of their names: after `dated_by_clock`.
CREATE TRIGGER decided_by_the_team BEFORE INSERT ON rights_decision
FOR EACH ROW EXECUTE FUNCTION rights_only_by_the_team();
"""  # noqa: S608 - our own constant
DROP_DECIDERS = """
DROP TRIGGER decided_by_the_team ON rights_decision;
DROP FUNCTION rights_only_by_the_team();
"""
