"""SQL that keeps profiles of model servers as they were saved: staff save them, and each is probed and ends once."""

MODEL_PROFILES = """
CREATE FUNCTION artists_check_model_profile() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT accounts_is_staff(NEW."by") THEN
        PERFORM refuse('a profile of a model server is saved by staff');
    END IF;
    IF NEW.probed_at IS NOT NULL OR NEW.in_use OR NEW.ended_at IS NOT NULL THEN
        PERFORM refuse('a profile is probed after it was saved');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER saved_by_staff BEFORE INSERT ON artists_modelprofile
FOR EACH ROW EXECUTE FUNCTION artists_check_model_profile();

CREATE TRIGGER probed_once BEFORE UPDATE ON artists_modelprofile FOR EACH ROW WHEN (
    OLD.probed_at IS NOT NULL AND (OLD.probed_at, OLD.lists_model, OLD.keeps_limit, OLD.obeys_schema, OLD.obeys_bounds)
    IS DISTINCT FROM (NEW.probed_at, NEW.lists_model, NEW.keeps_limit, NEW.obeys_schema, NEW.obeys_bounds)
) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ends_once BEFORE UPDATE ON artists_modelprofile FOR EACH ROW
WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
"""
DROP_MODEL_PROFILES = """
DROP TRIGGER ends_once ON artists_modelprofile;
DROP TRIGGER probed_once ON artists_modelprofile;
DROP TRIGGER saved_by_staff ON artists_modelprofile;
DROP FUNCTION artists_check_model_profile();
"""
PROFILE_COLUMNS = ("probed_at", "lists_model", "keeps_limit", "obeys_schema", "obeys_bounds", "in_use", "ended_at")
"""What the app role may write after a profile was saved."""
