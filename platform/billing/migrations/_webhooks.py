"""SQL that keeps customers and webhook events true. Used by 0002_promises."""

WEBHOOKS = """
-- What is done, ignored or not believed stays so. What was given up can be tried again, and what was of another version
-- of the API is believed once the provider lists it.
CREATE TRIGGER moves_on BEFORE UPDATE OF state, doubt ON billing_webhookevent
FOR EACH ROW WHEN (NOT (
    OLD.state = 'received' AND NEW.state IN ('received', 'done', 'dead') AND NEW.doubt IS NULL
    OR OLD.state = 'dead' AND NEW.state = 'received' AND NEW.doubt IS NULL
    OR OLD.state = 'quarantined' AND OLD.doubt = 'version' AND NEW.state = 'received' AND NEW.doubt IS NULL
)) EXECUTE FUNCTION refuse_change();

CREATE FUNCTION billing_wake_worker() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('webhooks', '');
    RETURN NULL;
END $$;
CREATE TRIGGER wakes_worker AFTER INSERT ON billing_webhookevent
FOR EACH STATEMENT EXECUTE FUNCTION billing_wake_worker();

CREATE FUNCTION billing_only_adults() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM billing_require_adult(NEW.person_id);
    RETURN NEW;
END $$;
CREATE TRIGGER only_adults BEFORE INSERT OR UPDATE OF provider_id ON billing_customer
FOR EACH ROW EXECUTE FUNCTION billing_only_adults();
"""
DROP_WEBHOOKS = """
DROP TRIGGER only_adults ON billing_customer;
DROP FUNCTION billing_only_adults();
DROP TRIGGER wakes_worker ON billing_webhookevent;
DROP FUNCTION billing_wake_worker();
DROP TRIGGER moves_on ON billing_webhookevent;
"""
