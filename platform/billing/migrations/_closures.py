"""SQL that ends what is billable where somebody is found to be under 18, and lets no account close before."""

CLOSURES = """
CREATE FUNCTION billing_is_billable(payer uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM billing_subscription WHERE person_id = payer AND status NOT IN ('canceled', 'incomplete_expired')
    ) OR EXISTS (SELECT FROM billing_checkout WHERE person_id = payer AND status IN ('open', 'paid'))
    OR EXISTS (SELECT FROM billing_gift WHERE giver_id = payer AND status = 'open')
    OR EXISTS (
        SELECT FROM billing_authorisation WHERE person_id = payer
        AND status IN ('authorising', 'held', 'capture_wanted')
    )
$$;

-- Whose age is lowered below 18 pays no more: a closure for each kind of money in which the person is a customer.
CREATE FUNCTION billing_close_young() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO billing_closure (person_id, book, why)
    SELECT person_id, book, 'age' FROM billing_customer WHERE person_id = NEW.person_id ON CONFLICT DO NOTHING;
    PERFORM pg_notify('webhooks', '');
    RETURN NULL;
END $$;
CREATE TRIGGER closes_what_costs AFTER INSERT ON accounts_agechange FOR EACH ROW
WHEN (NEW.before = '18_plus') EXECUTE FUNCTION billing_close_young();

CREATE FUNCTION billing_refuse_closing() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF billing_is_billable(NEW.id) THEN
        PERFORM refuse('an account closes once nothing is billable');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closes_unbilled BEFORE UPDATE ON accounts_person FOR EACH ROW
WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION billing_refuse_closing();

CREATE FUNCTION billing_check_closure() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.done_at IS NOT NULL AND billing_is_billable(NEW.person_id) THEN
        PERFORM refuse('a closure is done once nothing is billable');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER done_when_nothing_is_left BEFORE INSERT OR UPDATE ON billing_closure
FOR EACH ROW EXECUTE FUNCTION billing_check_closure();
"""
DROP_CLOSURES = """
DROP TRIGGER done_when_nothing_is_left ON billing_closure;
DROP FUNCTION billing_check_closure();
DROP TRIGGER closes_unbilled ON accounts_person;
DROP FUNCTION billing_refuse_closing();
DROP TRIGGER closes_what_costs ON accounts_agechange;
DROP FUNCTION billing_close_young();
DROP FUNCTION billing_is_billable(uuid);
"""
