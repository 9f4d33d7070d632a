"""SQL that pays a remix back once, and only where it stopped, and that tells when one may have. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

REFUNDS = f"""
-- Who and when are computed here, for the country where it was delivered: a fan who moved stopped nothing.
CREATE FUNCTION artists_check_refund() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    stopped record;
BEGIN
    SELECT experience.withdrawn_at, stop.clearance_id, stop.by AS whose, coalesce(stop.at, statement_timestamp()) AS at
    INTO stopped
    FROM fans_experience experience JOIN artists_draft draft ON draft.id = experience.draft
    JOIN artists_experiencerequest request ON request.moment_id = draft.moment_id
    LEFT JOIN LATERAL rights_stops(ARRAY[experience.clearance_id], statement_timestamp(), '') stop
    ON experience.after_end = 'stops'
    WHERE (experience.id, request.id, request.paid_by) = (NEW.experience_id, NEW.request, NEW.paid_by)
    AND (experience.kind, request.state) = ('remix', 'delivered') AND experience.text IS NOT NULL
    AND (NEW.paid_by = 'credit' OR EXISTS (
        SELECT FROM billing_authorisation hold WHERE hold.reference = 'request:' || request.id
        AND hold.decision_id = experience.decision_id
        AND (hold.captured_amount - hold.returned_amount, hold.currency) = (NEW.amount, NEW.currency)
    ));
    IF NOT FOUND OR stopped.withdrawn_at IS NULL AND stopped.clearance_id IS NULL THEN
        PERFORM refuse('what is paid back is what was paid for a remix that stopped');
    END IF;
    NEW.by := CASE WHEN (stopped.withdrawn_at <= stopped.at) IS TRUE OR stopped.clearance_id IS NULL
        THEN (SELECT name FROM catalog_artist artist JOIN fans_experience one ON one.artist_id = artist.id
            WHERE one.id = NEW.experience_id)
        ELSE stopped.whose END;
    NEW.stopped_at := CASE WHEN stopped.clearance_id IS NULL THEN stopped.withdrawn_at
        ELSE least(stopped.withdrawn_at, stopped.at) END;
    RETURN NEW;
END $$;
CREATE TRIGGER of_what_stopped BEFORE INSERT ON fans_remixrefund
FOR EACH ROW EXECUTE FUNCTION artists_check_refund();

-- What paid for something that was delivered goes back with such a row alone.
CREATE FUNCTION artists_is_refunded(reference text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
SELECT EXISTS (SELECT FROM fans_remixrefund WHERE 'request:' || request = $1)
$$;
CREATE FUNCTION artists_only_what_stopped_goes_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT artists_is_refunded(OLD.reference) AND EXISTS (
        SELECT FROM artists_experiencerequest WHERE 'request:' || id = OLD.reference AND state = 'delivered'
    ) THEN
        PERFORM refuse('what was delivered is paid back where it stopped');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_what_stopped_goes_back BEFORE UPDATE OF back_wanted_at ON billing_authorisation FOR EACH ROW
WHEN (OLD.back_wanted_at IS NULL AND NEW.back_wanted_at IS NOT NULL AND OLD.status = 'captured')
EXECUTE FUNCTION artists_only_what_stopped_goes_back();
CREATE FUNCTION artists_only_credits_of_what_stopped() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT artists_is_refunded(OLD.reference) THEN
        PERFORM refuse('a credit goes on as it must: what it paid for did not stop');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_credits_of_what_stopped BEFORE UPDATE OF status ON billing_requestcredit FOR EACH ROW
WHEN (OLD.status = 'used' AND NEW.status = 'free') EXECUTE FUNCTION artists_only_credits_of_what_stopped();

-- Whatever may stop a remix leaves a row, and `work refunds` looks.
CREATE FUNCTION artists_look_for_stops() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO fans_stopcheck DEFAULT VALUES;
    PERFORM pg_notify('refunds', '');
    RETURN NULL;
END $$;
CREATE TRIGGER looks_for_stops AFTER INSERT OR UPDATE ON rights_grant
FOR EACH STATEMENT EXECUTE FUNCTION artists_look_for_stops();
CREATE TRIGGER looks_for_stops AFTER INSERT OR UPDATE ON rights_claim
FOR EACH STATEMENT EXECUTE FUNCTION artists_look_for_stops();
CREATE TRIGGER looks_for_stops AFTER INSERT OR UPDATE ON catalog_recordingwork
FOR EACH STATEMENT EXECUTE FUNCTION artists_look_for_stops();
CREATE TRIGGER looks_for_stops AFTER UPDATE OF withdrawn_at ON fans_experience
FOR EACH STATEMENT EXECUTE FUNCTION artists_look_for_stops();
"""  # noqa: S608 - our own constant
DROP_REFUNDS = """
DROP TRIGGER looks_for_stops ON fans_experience;
DROP TRIGGER looks_for_stops ON catalog_recordingwork;
DROP TRIGGER looks_for_stops ON rights_claim;
DROP TRIGGER looks_for_stops ON rights_grant;
DROP FUNCTION artists_look_for_stops();
DROP TRIGGER only_credits_of_what_stopped ON billing_requestcredit;
DROP FUNCTION artists_only_credits_of_what_stopped();
DROP TRIGGER only_what_stopped_goes_back ON billing_authorisation;
DROP FUNCTION artists_only_what_stopped_goes_back();
DROP FUNCTION artists_is_refunded(text);
DROP TRIGGER of_what_stopped ON fans_remixrefund;
DROP FUNCTION artists_check_refund();
"""
