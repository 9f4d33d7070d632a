"""SQL that keeps authorisations and request credits true, and lets a cap rise on the next day alone. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

AUTHORISATIONS = f"""
CREATE FUNCTION billing_check_new_authorisation() RETURNS trigger LANGUAGE plpgsql
SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF NEW.status <> 'authorising' OR NEW.session_id <> '' OR NEW.provider_id <> '' OR NEW.charge_id <> ''
        OR NEW.back_wanted_at IS NOT NULL OR NEW.decision_id IS NOT NULL OR NEW.expires_at <= statement_timestamp()
    THEN
        PERFORM refuse('an authorisation is new when it is made');
    END IF;
    PERFORM billing_require_adult(NEW.person_id);
    IF NOT EXISTS (
        SELECT FROM accounts_consent WHERE id = NEW.consent_id
        AND (person_id, about, act) = (NEW.person_id, NEW.reference, 'given')
    ) THEN
        PERFORM refuse('an authorisation rests on what its fan agreed to');
    END IF;
    PERFORM billing_require_room(NEW.person_id, NEW.book, NEW.currency, NEW.amount);
    RETURN NEW;
END $$;
CREATE TRIGGER asked_by_an_adult BEFORE INSERT ON billing_authorisation
FOR EACH ROW EXECUTE FUNCTION billing_check_new_authorisation();

-- What is held is captured for one decision on one item of the same artist, or goes back.
CREATE FUNCTION billing_check_authorisation() RETURNS trigger LANGUAGE plpgsql
SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF (OLD.session_id, OLD.provider_id, OLD.charge_id) IS DISTINCT FROM (NEW.session_id, NEW.provider_id, NEW.charge_id)
        AND ('' NOT IN (OLD.session_id, OLD.provider_id, OLD.charge_id)
            OR OLD.session_id NOT IN ('', NEW.session_id) OR OLD.provider_id NOT IN ('', NEW.provider_id)
            OR OLD.charge_id NOT IN ('', NEW.charge_id))
    THEN
        PERFORM refuse('an authorisation keeps its ids');
    END IF;
    IF (OLD.captured_at, OLD.captured_amount, OLD.settled_currency, OLD.settled_amount, OLD.settled_fee)
        IS DISTINCT FROM (NEW.captured_at, NEW.captured_amount, NEW.settled_currency, NEW.settled_amount, NEW.settled_fee)
        AND OLD.captured_at IS NOT NULL
    THEN
        PERFORM refuse('what was captured stays so');
    END IF;
    IF OLD.back_wanted_at IS NOT NULL THEN
        NEW.back_wanted_at := OLD.back_wanted_at;
        NEW.back_reason := OLD.back_reason;
    ELSIF NEW.back_wanted_at IS NOT NULL THEN
        NEW.back_wanted_at := statement_timestamp();
    END IF;
    IF NEW.decision_id IS DISTINCT FROM OLD.decision_id AND NOT (
        OLD.decision_id IS NULL AND (OLD.status, NEW.status) = ('held', 'capture_wanted')
        AND NEW.back_wanted_at IS NULL
        AND EXISTS (SELECT FROM rights_decision WHERE id = NEW.decision_id
            AND artist_id = NEW.artist_id AND kind = 'item')
    ) THEN
        PERFORM refuse('what is held is captured for a decision of its artist');
    END IF;
    IF NEW.status <> OLD.status AND NOT (
        (OLD.status, NEW.status) IN (
            ('authorising', 'held'), ('authorising', 'expired'), ('authorising', 'released'),
            ('held', 'released'), ('held', 'expired'),
            ('capture_wanted', 'captured'), ('capture_wanted', 'failed'),
            ('captured', 'refunded'), ('refunded', 'captured')
        )
        OR (OLD.status, NEW.status) = ('held', 'capture_wanted') AND NEW.decision_id IS NOT NULL
        OR (OLD.status, NEW.status) IN (('held', 'captured'), ('capture_wanted', 'released'))
            AND NEW.back_wanted_at IS NOT NULL
    ) THEN
        PERFORM refuse('an authorisation goes on as it must');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON billing_authorisation
FOR EACH ROW EXECUTE FUNCTION billing_check_authorisation();

CREATE FUNCTION billing_tell_payment() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('payments', '');
    RETURN NULL;
END $$;
CREATE TRIGGER tells AFTER UPDATE OF status, is_disputed ON billing_authorisation FOR EACH ROW
WHEN (OLD.status <> NEW.status OR OLD.is_disputed <> NEW.is_disputed) EXECUTE FUNCTION billing_tell_payment();
CREATE TRIGGER wakes_worker AFTER UPDATE OF due_at ON billing_authorisation FOR EACH ROW
WHEN (NEW.due_at IS DISTINCT FROM OLD.due_at AND NEW.due_at <= statement_timestamp())
EXECUTE FUNCTION billing_wake_worker();

CREATE FUNCTION billing_check_hold_currency() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_authorisation WHERE person_id = NEW.person_id AND book = NEW.book
        AND status IN ('authorising', 'held', 'capture_wanted') AND currency <> NEW.currency
    ) THEN
        PERFORM refuse('the currency of a fan changes while nothing is held');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_currency_of_holds BEFORE UPDATE OF currency ON billing_spendingsettings
FOR EACH ROW EXECUTE FUNCTION billing_check_hold_currency();

CREATE FUNCTION billing_check_cap() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF NEW.next_cap IS NOT NULL AND NEW.next_cap_from <= statement_timestamp()
        AND (NEW.next_cap, NEW.next_cap_from) IS DISTINCT FROM (OLD.next_cap, OLD.next_cap_from)
        OR NEW.currency = OLD.currency AND NEW.monthly_cap > OLD.monthly_cap
        AND NOT coalesce(NEW.monthly_cap = OLD.next_cap AND OLD.next_cap_from <= statement_timestamp(), false)
    THEN
        PERFORM refuse('a higher cap counts from the next day');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER raised_later BEFORE UPDATE ON billing_spendingsettings
FOR EACH ROW EXECUTE FUNCTION billing_check_cap();
"""  # noqa: S608 - our own constant
DROP_AUTHORISATIONS = """
DROP TRIGGER raised_later ON billing_spendingsettings;
DROP FUNCTION billing_check_cap();
DROP TRIGGER one_currency_of_holds ON billing_spendingsettings;
DROP FUNCTION billing_check_hold_currency();
DROP TRIGGER wakes_worker ON billing_authorisation;
DROP TRIGGER tells ON billing_authorisation;
DROP FUNCTION billing_tell_payment();
DROP TRIGGER goes_on ON billing_authorisation;
DROP FUNCTION billing_check_authorisation();
DROP TRIGGER asked_by_an_adult ON billing_authorisation;
DROP FUNCTION billing_check_new_authorisation();
"""

CREDITS = f"""
ALTER TABLE billing_requestcredit ADD CONSTRAINT a_credit_is_of_its_entitlements_fan
FOREIGN KEY (entitlement_id, person_id, artist_id) REFERENCES billing_entitlement (id, person_id, artist_id);

-- The month of a lease in which a moment is: its first is 0. In UTC, as the provider counts.
CREATE FUNCTION billing_month_start(began timestamptz, month integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (began AT TIME ZONE 'UTC' + make_interval(months => month)) AT TIME ZONE 'UTC'
$$;
CREATE FUNCTION billing_month_of(began timestamptz, moment timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT months - CASE WHEN billing_month_start(began, months) > moment THEN 1 ELSE 0 END FROM (
        SELECT ((extract(year FROM late) - extract(year FROM early)) * 12
            + extract(month FROM late) - extract(month FROM early))::integer AS months
        FROM (SELECT began AT TIME ZONE 'UTC' AS early, moment AT TIME ZONE 'UTC' AS late) AS times
    ) AS counted
$$;

CREATE FUNCTION billing_check_new_credit() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    lease billing_entitlement;
BEGIN
    SELECT * INTO lease FROM billing_entitlement WHERE id = NEW.entitlement_id FOR SHARE;
    IF NEW.status <> 'free' OR NEW.returned_at IS NOT NULL
        OR lease.valid_until <= statement_timestamp() OR NOT lease.may_generate
        OR lease.reason NOT IN ('paid', 'trial', 'gift')
        OR NEW.month <> billing_month_of(lease.valid_from, statement_timestamp())
        OR NEW.expires_at <> billing_month_start(lease.valid_from, NEW.month + 1)
        OR NEW.number > (SELECT requests_a_month FROM billing_tierversion WHERE id = lease.version_id)
    THEN
        PERFORM refuse('a credit is one that a tier includes now');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER included BEFORE INSERT ON billing_requestcredit
FOR EACH ROW EXECUTE FUNCTION billing_check_new_credit();

CREATE FUNCTION billing_check_credit() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF (OLD.status, NEW.status) = ('free', 'reserved') THEN
        IF OLD.expires_at <= statement_timestamp() THEN
            PERFORM refuse('a credit that is over is not used');
        END IF;
        PERFORM FROM billing_entitlement WHERE id = NEW.entitlement_id
        AND (OLD.returned_at IS NOT NULL OR valid_until > statement_timestamp() AND may_generate) FOR SHARE;
        IF NOT FOUND THEN
            PERFORM refuse('a credit is used while the tier lasts');
        END IF;
    ELSIF (OLD.status, NEW.status) IN (('reserved', 'free'), ('used', 'free')) THEN
        NEW.returned_at := statement_timestamp();
        NEW.expires_at := greatest(OLD.expires_at, statement_timestamp() + interval '30 days');
        RETURN NEW;
    ELSIF NOT (
        (OLD.status, NEW.status, OLD.reference) = ('reserved', 'used', NEW.reference)
        OR (OLD.status, NEW.status) = ('free', 'lapsed') AND OLD.expires_at <= statement_timestamp()
    ) THEN
        PERFORM refuse('a credit goes on as it must');
    END IF;
    IF (OLD.expires_at, OLD.returned_at) IS DISTINCT FROM (NEW.expires_at, NEW.returned_at) THEN
        PERFORM refuse('a credit lasts as long as it lasts');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON billing_requestcredit
FOR EACH ROW EXECUTE FUNCTION billing_check_credit();
"""  # noqa: S608 - our own constant
DROP_CREDITS = """
DROP TRIGGER goes_on ON billing_requestcredit;
DROP FUNCTION billing_check_credit();
DROP TRIGGER included ON billing_requestcredit;
DROP FUNCTION billing_check_new_credit();
DROP FUNCTION billing_month_of(timestamptz, timestamptz);
DROP FUNCTION billing_month_start(timestamptz, integer);
ALTER TABLE billing_requestcredit DROP CONSTRAINT a_credit_is_of_its_entitlements_fan;
"""
