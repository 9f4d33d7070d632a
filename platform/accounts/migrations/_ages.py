"""SQL that lets an age band change by a row of its history alone: raised by its owner, lowered by staff."""

from audit.operations import CLOCK_PATH

AGES = f"""
CREATE FUNCTION accounts_check_age() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    bands CONSTANT text[] := ARRAY['13_15', '16_17', '18_plus'];
BEGIN
    PERFORM FROM accounts_person WHERE id = NEW.person_id AND age_band = NEW.before FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('an age changes from what it is');
    END IF;
    IF array_position(bands, NEW.after) < array_position(bands, NEW.before) THEN
        IF NOT accounts_is_staff(NEW.actor) OR accounts_person_id(NEW.actor) = NEW.person_id THEN
            PERFORM refuse('an age is lowered by staff');
        END IF;
    ELSIF accounts_person_id(NEW.actor) IS DISTINCT FROM NEW.person_id THEN
        PERFORM refuse('an age is raised by its owner');
    ELSIF EXISTS (
        SELECT FROM accounts_agechange
        WHERE person_id = NEW.person_id AND at > statement_timestamp() - interval '2 years'
    ) THEN
        PERFORM refuse('an age is raised once in two years');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER from_what_it_is BEFORE INSERT ON accounts_agechange
FOR EACH ROW EXECUTE FUNCTION accounts_check_age();

CREATE FUNCTION accounts_apply_age() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE accounts_person SET age_band = NEW.after WHERE id = NEW.person_id;
    RETURN NULL;
END $$;
CREATE TRIGGER applied AFTER INSERT ON accounts_agechange FOR EACH ROW EXECUTE FUNCTION accounts_apply_age();

CREATE FUNCTION accounts_require_age_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM (
            SELECT before, after FROM accounts_agechange WHERE person_id = NEW.id ORDER BY id DESC LIMIT 1
        ) newest WHERE newest.before = OLD.age_band AND newest.after = NEW.age_band
    ) THEN
        PERFORM refuse('an age changes by a row of its history');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER age_has_a_history BEFORE UPDATE ON accounts_person FOR EACH ROW
WHEN (OLD.age_band IS DISTINCT FROM NEW.age_band) EXECUTE FUNCTION accounts_require_age_change();
"""  # noqa: S608 - our own constant
DROP_AGES = """
DROP TRIGGER age_has_a_history ON accounts_person;
DROP FUNCTION accounts_require_age_change();
DROP TRIGGER applied ON accounts_agechange;
DROP FUNCTION accounts_apply_age();
DROP TRIGGER from_what_it_is ON accounts_agechange;
DROP FUNCTION accounts_check_age();
"""
