"""SQL that keeps the mirrors of the provider's objects together, and entitlements within what was paid."""

MIRRORS = {
    "invoice": "subscription",
    "payment": "invoice",
    "refund": "payment",
    "dispute": "payment",
    "entitlement": "subscription",
}
"""Rows that are in the book of another."""

ONE_BOOK = "".join(
    f"""
    ALTER TABLE billing_{table} ADD CONSTRAINT a_{table}_is_in_the_book_of_its_{of}
    FOREIGN KEY ({of}_id, book) REFERENCES billing_{of} (id, book);
    """
    for table, of in MIRRORS.items()
)
DROP_ONE_BOOK = "".join(
    f"ALTER TABLE billing_{table} DROP CONSTRAINT a_{table}_is_in_the_book_of_its_{of};"
    for table, of in MIRRORS.items()
)

LEASES = """
ALTER TABLE billing_subscription ADD CONSTRAINT a_subscription_is_of_its_prices_artist
FOREIGN KEY (price_id, artist_id) REFERENCES billing_tierprice (id, artist_id);
ALTER TABLE billing_subscription ADD CONSTRAINT a_subscription_goes_on_at_its_artist
FOREIGN KEY (next_price_id, artist_id) REFERENCES billing_tierprice (id, artist_id);
ALTER TABLE billing_entitlement ADD CONSTRAINT an_entitlement_is_of_its_subscriptions_fan
FOREIGN KEY (subscription_id, person_id, artist_id, book)
REFERENCES billing_subscription (id, person_id, artist_id, book);
ALTER TABLE billing_entitlement ADD CONSTRAINT an_entitlement_is_of_its_artists_tier
FOREIGN KEY (tier_id, artist_id) REFERENCES billing_tier (id, artist_id);
ALTER TABLE billing_entitlement ADD CONSTRAINT an_entitlement_is_of_its_tiers_version
FOREIGN KEY (version_id, tier_id) REFERENCES billing_tierversion (id, tier_id);

CREATE TRIGGER whose_it_is BEFORE UPDATE ON billing_subscription FOR EACH ROW
WHEN (OLD.person_id IS NOT NULL AND (OLD.person_id, OLD.artist_id, OLD.created)
    IS DISTINCT FROM (NEW.person_id, NEW.artist_id, NEW.created)
    OR OLD.checkout_id IS NOT NULL AND OLD.checkout_id IS DISTINCT FROM NEW.checkout_id
    OR OLD.is_second AND NOT NEW.is_second)
EXECUTE FUNCTION refuse_change();
CREATE TRIGGER paid_once BEFORE UPDATE ON billing_invoice FOR EACH ROW
WHEN (OLD.status = 'paid' AND (OLD.status, OLD.total, OLD.amount_paid, OLD.tax, OLD.paid_at)
    IS DISTINCT FROM (NEW.status, NEW.total, NEW.amount_paid, NEW.tax, NEW.paid_at))
EXECUTE FUNCTION refuse_change();

CREATE FUNCTION billing_paid_lines(wanted bigint) RETURNS TABLE (price_id bigint, period_end timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT line.price_id, line.period_end FROM billing_invoiceline line
    JOIN billing_invoice invoice ON invoice.id = line.invoice_id
    JOIN billing_subscription subscription ON subscription.id = invoice.subscription_id
    WHERE subscription.id = wanted AND invoice.status = 'paid'
    AND (line.amount > 0 OR line.amount = 0 AND line.discount > 0)
    AND NOT EXISTS (
        SELECT FROM billing_dispute dispute JOIN billing_payment payment ON payment.id = dispute.payment_id
        WHERE payment.invoice_id = invoice.id AND dispute.status = 'lost'
    )
    AND coalesce((SELECT sum(amount) FROM billing_payment WHERE invoice_id = invoice.id), 1) > coalesce((
        SELECT sum(refund.amount) FROM billing_refund refund JOIN billing_payment payment ON payment.id = refund.payment_id
        WHERE payment.invoice_id = invoice.id AND refund.status NOT IN ('failed', 'canceled')
    ), 0)
$$;

-- The longest that any setting of ours allows. The pure function `billing.leases.compute_lease` says the exact time.
CREATE FUNCTION billing_last_moment(wanted bigint) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE subscription.status
        WHEN 'active' THEN greatest(paid.until, subscription.trial_end) + interval '6 hours'
        WHEN 'trialing' THEN greatest(paid.until, subscription.trial_end)
        WHEN 'past_due' THEN paid.until + interval '14 days'
        WHEN 'canceled' THEN paid.until
    END
    FROM billing_subscription subscription, (SELECT max(period_end) AS until FROM billing_paid_lines(wanted)) paid
    WHERE subscription.id = wanted
$$;

CREATE FUNCTION billing_check_lease(wanted bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lease billing_entitlement;
BEGIN
    SELECT * INTO lease FROM billing_entitlement WHERE subscription_id = wanted;
    IF FOUND AND lease.valid_until > greatest(lease.valid_from, billing_last_moment(wanted)) THEN
        PERFORM refuse('an entitlement ends with what was paid');
    END IF;
END $$;

CREATE FUNCTION billing_check_entitlement() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_subscription WHERE id = NEW.subscription_id AND created = NEW.valid_from
    ) THEN
        PERFORM refuse('an entitlement begins with its subscription');
    END IF;
    IF (TG_OP = 'INSERT' OR OLD.version_id <> NEW.version_id) AND NOT EXISTS (
        SELECT FROM billing_tierprice price WHERE price.version_id = NEW.version_id AND price.id IN (
            SELECT price_id FROM billing_paid_lines(NEW.subscription_id)
            UNION ALL SELECT price_id FROM billing_subscription WHERE id = NEW.subscription_id AND trial_end IS NOT NULL
        )
    ) THEN
        PERFORM refuse('an entitlement is to what was paid');
    END IF;
    PERFORM billing_check_lease(NEW.subscription_id);
    INSERT INTO billing_entitlementlog (entitlement_id, tier_id, version_id, valid_from, valid_until, may_generate, reason)
    VALUES (NEW.id, NEW.tier_id, NEW.version_id, NEW.valid_from, NEW.valid_until, NEW.may_generate, NEW.reason);
    RETURN NULL;
END $$;
-- Its owner writes the log, and the app role alone cannot, nor put the function on a table of its own.
ALTER FUNCTION billing_check_entitlement() SECURITY DEFINER;
REVOKE EXECUTE ON FUNCTION billing_check_entitlement() FROM PUBLIC;
REVOKE INSERT ON billing_entitlementlog FROM fanfare_app;
CREATE TRIGGER within_what_was_paid AFTER INSERT OR UPDATE ON billing_entitlement
FOR EACH ROW EXECUTE FUNCTION billing_check_entitlement();

-- What takes back or ends something must end the lease in the same transaction.
CREATE FUNCTION billing_recheck_lease() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM billing_check_lease(CASE TG_TABLE_NAME
        WHEN 'billing_subscription' THEN NEW.id
        ELSE (
            SELECT invoice.subscription_id FROM billing_payment payment
            JOIN billing_invoice invoice ON invoice.id = payment.invoice_id
            WHERE payment.id = (to_jsonb(NEW) ->> 'payment_id')::bigint
        )
    END);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER within_what_was_paid AFTER UPDATE ON billing_subscription
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_recheck_lease();
CREATE CONSTRAINT TRIGGER within_what_was_paid AFTER INSERT OR UPDATE ON billing_refund
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_recheck_lease();
CREATE CONSTRAINT TRIGGER within_what_was_paid AFTER INSERT OR UPDATE ON billing_dispute
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_recheck_lease();
"""
DROP_LEASES = """
DROP TRIGGER within_what_was_paid ON billing_dispute;
DROP TRIGGER within_what_was_paid ON billing_refund;
DROP TRIGGER within_what_was_paid ON billing_subscription;
DROP FUNCTION billing_recheck_lease();
DROP TRIGGER within_what_was_paid ON billing_entitlement;
GRANT INSERT ON billing_entitlementlog TO fanfare_app;
DROP FUNCTION billing_check_entitlement();
DROP FUNCTION billing_check_lease(bigint);
DROP FUNCTION billing_last_moment(bigint);
DROP FUNCTION billing_paid_lines(bigint);
DROP TRIGGER paid_once ON billing_invoice;
DROP TRIGGER whose_it_is ON billing_subscription;
ALTER TABLE billing_entitlement DROP CONSTRAINT an_entitlement_is_of_its_tiers_version;
ALTER TABLE billing_entitlement DROP CONSTRAINT an_entitlement_is_of_its_artists_tier;
ALTER TABLE billing_entitlement DROP CONSTRAINT an_entitlement_is_of_its_subscriptions_fan;
ALTER TABLE billing_subscription DROP CONSTRAINT a_subscription_goes_on_at_its_artist;
ALTER TABLE billing_subscription DROP CONSTRAINT a_subscription_is_of_its_prices_artist;
"""
