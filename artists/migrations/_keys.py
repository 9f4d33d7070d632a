"""SQL that keeps the second key and the places of a quantity true for drafts and experiences. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

KEYS = """
-- A rightsholder decides on what the artist's team approved, and where its key is asked for.
CREATE FUNCTION artists_only_what_awaits_a_key() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM artists_draft draft
        JOIN rights_clearancekeyholder stored ON stored.clearance_id = draft.clearance_id
        JOIN rights_agreementparty key ON key.id = stored.holder_id AND key.party_id = NEW.party_id
        WHERE draft.id = NEW.draft AND (draft.revision, draft.content_hash) = (NEW.revision, NEW.content_hash)
            AND (draft.state = 'awaiting' OR draft.state = 'approved' AND NOT NEW.approves)
    ) THEN
        RAISE EXCEPTION 'draft % does not await a decision of party % on this content', NEW.draft, NEW.party_id
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_what_awaits_a_key BEFORE INSERT ON rights_partydecision
FOR EACH ROW EXECUTE FUNCTION artists_only_what_awaits_a_key();

-- The content of an experience is compared with that of its draft by their decision.
CREATE FUNCTION artists_only_with_keys_and_places() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own_item text := (SELECT 'moment:' || moment_id FROM artists_draft WHERE id = NEW.draft);
BEGIN
    IF EXISTS (
        SELECT FROM artists_draft draft, rights_missing_keys(NEW.clearance_id, draft.id, own_item, draft.content_hash)
        WHERE draft.id = NEW.draft
    ) THEN
        RAISE EXCEPTION 'the experience of draft % lacks the key of a party', NEW.draft
        USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM rights_place WHERE item = own_item AND free_from IS NULL FOR SHARE;  -- none is returned meanwhile
    IF NOT rights_has_places(NEW.clearance_id, own_item) THEN
        RAISE EXCEPTION 'the experience of draft % has no place in the quantity of a month', NEW.draft
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- Its name is after `only_as_drafted`, which looks whether there is such a draft.
CREATE TRIGGER only_with_keys_and_places BEFORE INSERT ON fans_experience
FOR EACH ROW WHEN (NEW.use <> 'personal_message') EXECUTE FUNCTION artists_only_with_keys_and_places();
"""
DROP_KEYS = """
DROP TRIGGER only_with_keys_and_places ON fans_experience;
DROP FUNCTION artists_only_with_keys_and_places();
DROP TRIGGER only_what_awaits_a_key ON rights_partydecision;
DROP FUNCTION artists_only_what_awaits_a_key();
"""

PLACES = f"""
-- A draft that ends gives its places back, a declined one when nobody can undo that any more. Under another clearance it
-- keeps the places of that one alone. What a fan received keeps its place, whatever happens to it later.
CREATE FUNCTION artists_return_places() RETURNS trigger LANGUAGE plpgsql
SET search_path = {CLOCK_PATH} AS $$
DECLARE
    own_item text := 'moment:' || NEW.moment_id;
    ends timestamptz := CASE
        WHEN NEW.state = 'declined' THEN greatest(NEW.deliver_after, statement_timestamp())
        WHEN NEW.state IN ('expired', 'undeliverable', 'withdrawn') THEN statement_timestamp()
    END;
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state THEN
        UPDATE rights_place SET free_from = ends
        WHERE item = own_item AND (free_from IS NULL OR free_from > statement_timestamp())
            AND free_from IS DISTINCT FROM ends;
    END IF;
    IF NEW.clearance_id <> OLD.clearance_id THEN
        UPDATE rights_place SET free_from = statement_timestamp()
        WHERE item = own_item AND free_from IS NULL
            AND (scope_id IS NULL OR scope_id NOT IN (SELECT scope_id FROM rights_limited_scopes(NEW.clearance_id)))
            AND (holder_id IS NULL OR holder_id NOT IN (
                SELECT holder_id FROM rights_clearancekeyholder WHERE clearance_id = NEW.clearance_id
            ));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER returns_places AFTER UPDATE ON artists_draft FOR EACH ROW WHEN (
    NEW.use <> 'personal_message'
    AND (OLD.state IS DISTINCT FROM NEW.state OR OLD.clearance_id IS DISTINCT FROM NEW.clearance_id)
) EXECUTE FUNCTION artists_return_places();

CREATE FUNCTION artists_keep_places_of_what_was_delivered() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM artists_draft draft JOIN fans_experience experience ON experience.draft = draft.id
        WHERE draft.moment_id = substr(NEW.item, 8)::bigint
    ) THEN
        RAISE EXCEPTION 'a place of what was delivered is not returned' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept_once_delivered BEFORE UPDATE ON rights_place
FOR EACH ROW WHEN (NEW.item ~ '^moment:[0-9]{{1,18}}$') EXECUTE FUNCTION artists_keep_places_of_what_was_delivered();
"""  # noqa: S608 - our own constant
DROP_PLACES = """
DROP TRIGGER kept_once_delivered ON rights_place;
DROP FUNCTION artists_keep_places_of_what_was_delivered();
DROP TRIGGER returns_places ON artists_draft;
DROP FUNCTION artists_return_places();
"""
