"""SQL of the second key and of places of a quantity. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

KEYS = f"""
-- The keys that the agreements behind these grants ask for.
CREATE FUNCTION rights_key_holders(grants bigint[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
SELECT coalesce(array_agg(DISTINCT key.id ORDER BY key.id), '{{}}') FROM public.rights_grant permission
JOIN public.rights_agreementparty key ON key.version_id = permission.agreement_version_id AND key.holds_key
WHERE permission.id = ANY(grants)
$$;
CREATE FUNCTION rights_has_other_keys(clearance bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT public.rights_key_holders(
    ARRAY(SELECT grant_id FROM public.rights_clearancegrant WHERE clearance_id = clearance)
) <> ARRAY(SELECT holder_id FROM public.rights_clearancekeyholder WHERE clearance_id = clearance ORDER BY 1)
$$;
CREATE FUNCTION rights_only_with_its_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT clearance_id FROM added) one WHERE public.rights_has_other_keys(one.clearance_id)
    ) THEN
        PERFORM public.refuse('a clearance has the keys that its agreements ask for');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER with_its_keys AFTER INSERT ON rights_clearancekeyholder REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_only_with_its_keys();

CREATE FUNCTION rights_check_party_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    NEW.at := statement_timestamp();
    IF NOT rights_may_sign(NEW.party_id, NEW."by") THEN
        PERFORM refuse('a key is used by whoever signs for its party');
    END IF;
    IF NEW.approves AND EXISTS (
        SELECT FROM rights_partydecision WHERE draft = NEW.draft AND party_id = NEW.party_id
        AND content_hash = NEW.content_hash AND NOT approves
    ) THEN
        PERFORM refuse('history is not changed: what a party declined stays declined');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decided_by_a_signer BEFORE INSERT ON rights_partydecision
FOR EACH ROW EXECUTE FUNCTION rights_check_party_decision();

-- The parties that have not said yes to this content. A key that is asked for above a number only is asked for where the
-- item was not counted, too.
CREATE FUNCTION rights_missing_keys(clearance bigint, asked_draft bigint, asked_item text, asked_content text)
RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
SELECT DISTINCT key.party_id FROM public.rights_clearancekeyholder stored
JOIN public.rights_agreementparty key ON key.id = stored.holder_id
LEFT JOIN public.rights_place place ON place.holder_id = key.id AND place.item = $3 AND place.free_from IS NULL
WHERE stored.clearance_id = $1 AND (key.key_above = 0 OR place.is_above IS NOT FALSE) AND (
    SELECT bool_and(decision.approves) FROM public.rights_partydecision decision
    WHERE decision.draft = $2 AND decision.party_id = key.party_id AND decision.content_hash = $4
) IS NOT TRUE
$$;
"""  # noqa: S608 - our own constant
DROP_KEYS = """
DROP FUNCTION rights_missing_keys(bigint, bigint, text, text);
DROP TRIGGER decided_by_a_signer ON rights_partydecision;
DROP FUNCTION rights_check_party_decision();
DROP TRIGGER with_its_keys ON rights_clearancekeyholder;
DROP FUNCTION rights_only_with_its_keys();
DROP FUNCTION rights_has_other_keys(bigint);
DROP FUNCTION rights_key_holders(bigint[]);
"""

PLACES = f"""
-- The scopes with a limit that the grants of a clearance stand on, as `rights_is_agreed` finds them.
CREATE FUNCTION rights_limited_scopes(clearance bigint) RETURNS TABLE (scope_id bigint) LANGUAGE sql STABLE AS $$
SELECT DISTINCT scope.id FROM public.rights_clearancegrant link
JOIN public.rights_grant permission ON permission.id = link.grant_id
JOIN public.rights_party party ON party.id = permission.party_id
JOIN public.rights_agreementscope scope ON scope.version_id = permission.agreement_version_id
    AND (scope.use, scope.tier_class, scope.country) = (permission.use, permission.tier_class, permission.country)
    AND (coalesce(scope.artist_id, party.artist_id), scope.recording_id, scope.work_id)
        IS NOT DISTINCT FROM (permission.artist_id, permission.recording_id, permission.work_id)
WHERE link.clearance_id = $1 AND scope.monthly_limit IS NOT NULL
$$;
-- Whether an item has a place in each of them.
CREATE FUNCTION rights_has_places(clearance bigint, asked_item text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT NOT EXISTS (
    SELECT FROM public.rights_limited_scopes($1) needed
    LEFT JOIN public.rights_place place
        ON place.scope_id = needed.scope_id AND place.item = $2 AND place.free_from IS NULL
    WHERE place.id IS NULL
)
$$;

-- As the owner, because only who may change a scope may lock it. Where the limit is reached there is no row: those who
-- ask for many places at once see in the answer which of them they got.
CREATE FUNCTION rights_take_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {CLOCK_PATH} AS $$
DECLARE
    allowed bigint;
    taken bigint;
BEGIN
    NEW.asked_at := statement_timestamp();
    NEW.month := date_trunc('month', statement_timestamp() AT TIME ZONE 'UTC')::date;
    NEW.free_from := NULL;
    IF NEW.scope_id IS NOT NULL THEN
        SELECT monthly_limit INTO allowed FROM rights_agreementscope WHERE id = NEW.scope_id FOR NO KEY UPDATE;
        SELECT count(*) INTO taken FROM rights_place WHERE scope_id = NEW.scope_id AND month = NEW.month
            AND (free_from IS NULL OR free_from > statement_timestamp());
        NEW.is_above := false;
        RETURN CASE WHEN taken < allowed THEN NEW END;
    END IF;
    SELECT key_above INTO allowed FROM rights_agreementparty WHERE id = NEW.holder_id AND holds_key FOR NO KEY UPDATE;
    SELECT count(*) INTO taken FROM rights_place WHERE holder_id = NEW.holder_id AND month = NEW.month
        AND (free_from IS NULL OR free_from > statement_timestamp());
    NEW.is_above := coalesce(taken >= allowed, true);
    RETURN NEW;
END $$;
CREATE TRIGGER counted BEFORE INSERT ON rights_place FOR EACH ROW EXECUTE FUNCTION rights_take_place();
REVOKE EXECUTE ON FUNCTION rights_take_place() FROM PUBLIC;

CREATE FUNCTION rights_check_returned_place() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF OLD.free_from <= statement_timestamp() THEN
        PERFORM refuse('history is not changed: a place that was returned stays returned');
    END IF;
    IF NEW.free_from < statement_timestamp() THEN
        NEW.free_from := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER returned_once BEFORE UPDATE ON rights_place
FOR EACH ROW EXECUTE FUNCTION rights_check_returned_place();
"""  # noqa: S608
DROP_PLACES = """
DROP TRIGGER returned_once ON rights_place;
DROP FUNCTION rights_check_returned_place();
DROP TRIGGER counted ON rights_place;
DROP FUNCTION rights_take_place();
DROP FUNCTION rights_has_places(bigint, text);
DROP FUNCTION rights_limited_scopes(bigint);
"""
