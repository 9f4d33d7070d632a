"""SQL that keeps gifts true: an adult pays, one redeems, and nobody has more than was paid. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

GIFT_FIELDS = ("session_id", "status", "subscription_id", "redeemed_by_id", "redeemed_at", "back_wanted_at")

GIFTS = f"""
ALTER TABLE billing_gift ADD CONSTRAINT a_gift_is_of_its_price
FOREIGN KEY (price_id, artist_id, book, currency) REFERENCES billing_tierprice (id, artist_id, book, currency);
ALTER TABLE billing_gift ADD CONSTRAINT a_gift_is_in_the_book_of_its_subscription
FOREIGN KEY (subscription_id, book) REFERENCES billing_subscription (id, book);

CREATE FUNCTION billing_check_new_gift() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    given bigint;
    month bigint;
BEGIN
    IF NEW.status <> 'open' OR NEW.session_id <> '' OR NEW.expires_at <= statement_timestamp() THEN
        PERFORM refuse('a gift is open when it is made');
    END IF;
    PERFORM billing_require_adult(NEW.giver_id);
    SELECT tier.id, price.amount INTO given, month FROM billing_tierprice price
    JOIN billing_tierversion version ON version.id = price.version_id JOIN billing_tier tier ON tier.id = version.tier_id
    WHERE price.id = NEW.price_id AND price.interval = 'month' AND price.closed_at IS NULL
    AND tier.archived_at IS NULL FOR SHARE OF price, tier;
    IF NOT FOUND THEN
        PERFORM refuse('only what is on sale by the month is given');
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_consent WHERE id = NEW.consent_id
        AND (person_id, about, act) = (NEW.giver_id, 'tier:' || given, 'given')
    ) THEN
        PERFORM refuse('a gift rests on what its giver agreed to');
    END IF;
    NEW.amount := month * NEW.months;
    PERFORM billing_require_room(NEW.giver_id, NEW.book, NEW.currency, NEW.amount);
    RETURN NEW;
END $$;
CREATE TRIGGER given_by_an_adult BEFORE INSERT ON billing_gift
FOR EACH ROW EXECUTE FUNCTION billing_check_new_gift();

CREATE FUNCTION billing_check_gift() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF NEW.session_id <> OLD.session_id AND OLD.session_id <> '' THEN
        PERFORM refuse('a gift keeps its session');
    END IF;
    IF NEW.status <> OLD.status AND OLD.status <> 'open' THEN
        PERFORM refuse('a gift is paid or expires once');
    END IF;
    IF NEW.subscription_id IS DISTINCT FROM OLD.subscription_id AND (OLD.subscription_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM billing_subscription WHERE id = NEW.subscription_id AND is_gift AND person_id IS NULL
    )) THEN
        PERFORM refuse('a gift is paid by a payment of its own');
    END IF;
    IF OLD.redeemed_at IS NOT NULL AND (OLD.redeemed_at, OLD.redeemed_by_id, OLD.back_wanted_at)
        IS DISTINCT FROM (NEW.redeemed_at, NEW.redeemed_by_id, NEW.back_wanted_at)
        OR OLD.back_wanted_at IS NOT NULL AND OLD.back_wanted_at IS DISTINCT FROM NEW.back_wanted_at
    THEN
        PERFORM refuse('a gift is redeemed or taken back once');
    END IF;
    IF OLD.redeemed_at IS NULL AND NEW.redeemed_at IS NOT NULL THEN
        IF OLD.redeem_by <= statement_timestamp() OR EXISTS (
            SELECT FROM billing_refund refund JOIN billing_payment payment ON payment.id = refund.payment_id
            JOIN billing_invoice invoice ON invoice.id = payment.invoice_id
            WHERE invoice.subscription_id = NEW.subscription_id AND refund.status NOT IN ('failed', 'canceled')
        ) THEN
            PERFORM refuse('a gift is redeemed in time and while it is paid');
        END IF;
        NEW.redeemed_at := statement_timestamp();
    END IF;
    IF OLD.back_wanted_at IS NULL AND NEW.back_wanted_at IS NOT NULL THEN
        NEW.back_wanted_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER redeemed_once BEFORE UPDATE ON billing_gift FOR EACH ROW EXECUTE FUNCTION billing_check_gift();

-- The payment of a gift becomes a subscription of whoever redeemed it, and of nobody else.
CREATE FUNCTION billing_check_gifted() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.person_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_gift WHERE subscription_id = NEW.id
        AND (redeemed_by_id, redeemed_at, artist_id, price_id)
            = (NEW.person_id, NEW.created, NEW.artist_id, NEW.price_id)
    ) THEN
        PERFORM refuse('a gift is of whoever redeemed it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_recipient BEFORE INSERT OR UPDATE ON billing_subscription
FOR EACH ROW WHEN (NEW.is_gift) EXECUTE FUNCTION billing_check_gifted();

CREATE FUNCTION billing_check_gifted_line() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_invoice invoice JOIN billing_gift gift ON gift.subscription_id = invoice.subscription_id
        WHERE invoice.id = NEW.invoice_id AND (gift.redeemed_at IS NULL OR NEW.period_start <> gift.redeemed_at
            OR NEW.period_end > gift.redeemed_at + make_interval(months => gift.months) OR NEW.price_id <> gift.price_id)
    ) THEN
        PERFORM refuse('a gift lasts as long as was paid');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER as_long_as_paid BEFORE INSERT ON billing_invoiceline
FOR EACH ROW EXECUTE FUNCTION billing_check_gifted_line();

CREATE TRIGGER given_while_here BEFORE INSERT ON billing_gift
FOR EACH ROW EXECUTE FUNCTION catalog_require_artist();
"""  # noqa: S608 - our own constant
DROP_GIFTS = """
DROP TRIGGER given_while_here ON billing_gift;
DROP TRIGGER as_long_as_paid ON billing_invoiceline;
DROP FUNCTION billing_check_gifted_line();
DROP TRIGGER of_its_recipient ON billing_subscription;
DROP FUNCTION billing_check_gifted();
DROP TRIGGER redeemed_once ON billing_gift;
DROP FUNCTION billing_check_gift();
DROP TRIGGER given_by_an_adult ON billing_gift;
DROP FUNCTION billing_check_new_gift();
ALTER TABLE billing_gift DROP CONSTRAINT a_gift_is_in_the_book_of_its_subscription;
ALTER TABLE billing_gift DROP CONSTRAINT a_gift_is_of_its_price;
"""
