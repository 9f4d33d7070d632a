"""SQL that keeps tiers, their prices and orders true. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

TIERS = f"""
ALTER TABLE billing_tierversion ADD CONSTRAINT a_version_is_of_its_tiers_artist
FOREIGN KEY (tier_id, artist_id) REFERENCES billing_tier (id, artist_id);
ALTER TABLE billing_tier ADD CONSTRAINT its_own_version_is_on_sale
FOREIGN KEY (current_id, id) REFERENCES billing_tierversion (id, tier_id);
ALTER TABLE billing_tierprice ADD CONSTRAINT a_price_is_of_its_versions_artist
FOREIGN KEY (version_id, artist_id) REFERENCES billing_tierversion (id, artist_id);
ALTER TABLE billing_checkout ADD CONSTRAINT a_checkout_is_of_its_price
FOREIGN KEY (price_id, artist_id, book, currency) REFERENCES billing_tierprice (id, artist_id, book, currency);
ALTER TABLE billing_tierversion ADD CONSTRAINT what_a_tier_includes_are_lists CHECK (
    jsonb_typeof(programs) = 'array' AND jsonb_typeof(lines) = 'array' AND jsonb_typeof(prices) = 'array'
);

-- The name has no line break (checked), and jsonb writes its text on one line, so no two terms have one text.
CREATE FUNCTION billing_hash_terms() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.terms_hash := encode(sha256(convert_to(concat_ws(E'\\n',
        'tier', NEW.tier_id, NEW.version, NEW.name, NEW.requests_a_month, NEW.has_downloads,
        NEW.trial_days,
        NEW.programs, NEW.lines, NEW.prices
    ), 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER hashed BEFORE INSERT ON billing_tierversion FOR EACH ROW EXECUTE FUNCTION billing_hash_terms();

-- Signing sets the decision once: one on exactly these terms, by a principal of this artist.
CREATE FUNCTION billing_check_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.decision_id IS NOT NULL THEN
            PERFORM refuse('a version of a tier is signed after it was made');
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM rights_decision WHERE id = NEW.decision_id AND kind = 'terms'
        AND artist_id = NEW.artist_id AND content_hash = NEW.terms_hash
    ) THEN
        PERFORM refuse('a version of a tier is signed as it is');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER signed_as_it_is AFTER INSERT OR UPDATE ON billing_tierversion
FOR EACH ROW EXECUTE FUNCTION billing_check_version();

CREATE FUNCTION billing_check_tier() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.current_id IS NOT NULL OR NEW.archived_at IS NOT NULL THEN
            PERFORM refuse('a tier is new when it is made');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.archived_at IS NOT NULL THEN
        NEW.archived_at := statement_timestamp();
    END IF;
    IF NEW.current_id IS DISTINCT FROM OLD.current_id AND NOT EXISTS (
        SELECT FROM billing_tierversion later WHERE later.id = NEW.current_id AND later.decision_id IS NOT NULL
        AND later.version > coalesce((SELECT version FROM billing_tierversion WHERE id = OLD.current_id), 0)
    ) THEN
        PERFORM refuse('only a newer version that is signed goes on sale');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sold_as_signed BEFORE INSERT OR UPDATE ON billing_tier
FOR EACH ROW EXECUTE FUNCTION billing_check_tier();

CREATE FUNCTION billing_check_price() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.closed_at := statement_timestamp();
    ELSIF NEW.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM billing_tierversion WHERE id = NEW.version_id AND decision_id IS NOT NULL
        AND prices @> jsonb_build_array(
            jsonb_build_object('interval', NEW.interval, 'currency', NEW.currency, 'amount', NEW.amount)
        )
    ) THEN
        PERFORM refuse('a price is one that was signed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER priced_as_signed BEFORE INSERT OR UPDATE ON billing_tierprice
FOR EACH ROW EXECUTE FUNCTION billing_check_price();

-- Whoever lets somebody pay calls this. FOR SHARE, so that an age that is being lowered waits, or is waited for.
CREATE FUNCTION billing_require_adult(payer uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts_person WHERE id = payer AND age_band = '18_plus' AND is_active FOR SHARE;
    IF NOT FOUND THEN
        PERFORM refuse('nobody under 18 pays');
    END IF;
END $$;

-- The rows that it rests on are locked: they cannot be closed, archived or changed before the order is committed.
CREATE FUNCTION billing_check_new_checkout() RETURNS trigger LANGUAGE plpgsql
SET search_path = {CLOCK_PATH} AS $$
DECLARE
    ordered bigint;
    wanted billing_tierprice;
BEGIN
    IF NEW.status <> 'open' OR NEW.session_id <> '' OR NEW.expires_at <= statement_timestamp() THEN
        PERFORM refuse('a checkout is open when it is made');
    END IF;
    PERFORM billing_require_adult(NEW.person_id);
    SELECT tier.id INTO ordered FROM billing_tierprice price
    JOIN billing_tierversion version ON version.id = price.version_id JOIN billing_tier tier ON tier.id = version.tier_id
    WHERE price.id = NEW.price_id AND price.closed_at IS NULL AND tier.archived_at IS NULL FOR SHARE OF price, tier;
    IF NOT FOUND THEN
        PERFORM refuse('only what is on sale is ordered');
    END IF;
    IF NEW.trial_days NOT IN (0, (
        SELECT version.trial_days FROM billing_tierprice price
        JOIN billing_tierversion version ON version.id = price.version_id WHERE price.id = NEW.price_id
    )) THEN
        PERFORM refuse('a trial is as long as was signed');
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_consent WHERE id = NEW.consent_id
        AND (person_id, about, act) = (NEW.person_id, 'tier:' || ordered, 'given')
    ) THEN
        PERFORM refuse('a checkout rests on what its fan agreed to');
    END IF;
    SELECT * INTO wanted FROM billing_tierprice WHERE id = NEW.price_id;
    NEW.first_amount := wanted.amount;
    IF NEW.promotion_id IS NOT NULL THEN
        NEW.first_amount := billing_first_amount(NEW.promotion_id, ordered, wanted.amount);
    END IF;
    PERFORM billing_require_room(NEW.person_id, NEW.book, NEW.currency, NEW.first_amount);
    RETURN NEW;
END $$;
CREATE TRIGGER ordered_by_an_adult BEFORE INSERT ON billing_checkout
FOR EACH ROW EXECUTE FUNCTION billing_check_new_checkout();

CREATE FUNCTION billing_check_checkout() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.session_id <> OLD.session_id AND OLD.session_id <> '' THEN
        PERFORM refuse('a checkout keeps its session');
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('open', 'paid'), ('open', 'expired'), ('paid', 'ended'))
    THEN
        PERFORM refuse('a checkout is over once');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER over_once BEFORE UPDATE ON billing_checkout FOR EACH ROW EXECUTE FUNCTION billing_check_checkout();

CREATE FUNCTION billing_check_currency() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_checkout WHERE person_id = NEW.person_id AND book = NEW.book
        AND status IN ('open', 'paid') AND currency <> NEW.currency
    ) OR EXISTS (
        SELECT FROM billing_gift WHERE giver_id = NEW.person_id AND book = NEW.book
        AND status = 'open' AND currency <> NEW.currency
    ) THEN
        PERFORM refuse('the currency of a fan changes while nothing is ordered or bought');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_currency_at_a_time BEFORE UPDATE ON billing_spendingsettings
FOR EACH ROW EXECUTE FUNCTION billing_check_currency();

CREATE TRIGGER sold_while_here BEFORE INSERT ON billing_tierprice
FOR EACH ROW EXECUTE FUNCTION catalog_require_artist();
CREATE TRIGGER ordered_while_here BEFORE INSERT ON billing_checkout
FOR EACH ROW EXECUTE FUNCTION catalog_require_artist();
"""  # noqa: S608 - our own constant
DROP_TIERS = """
DROP TRIGGER ordered_while_here ON billing_checkout;
DROP TRIGGER sold_while_here ON billing_tierprice;
DROP TRIGGER one_currency_at_a_time ON billing_spendingsettings;
DROP FUNCTION billing_check_currency();
DROP TRIGGER over_once ON billing_checkout;
DROP FUNCTION billing_check_checkout();
DROP TRIGGER ordered_by_an_adult ON billing_checkout;
DROP FUNCTION billing_check_new_checkout();
DROP FUNCTION billing_require_adult(uuid);
DROP TRIGGER priced_as_signed ON billing_tierprice;
DROP FUNCTION billing_check_price();
DROP TRIGGER sold_as_signed ON billing_tier;
DROP FUNCTION billing_check_tier();
DROP TRIGGER signed_as_it_is ON billing_tierversion;
DROP FUNCTION billing_check_version();
DROP TRIGGER hashed ON billing_tierversion;
DROP FUNCTION billing_hash_terms();
ALTER TABLE billing_tierversion DROP CONSTRAINT what_a_tier_includes_are_lists;
ALTER TABLE billing_checkout DROP CONSTRAINT a_checkout_is_of_its_price;
ALTER TABLE billing_tierprice DROP CONSTRAINT a_price_is_of_its_versions_artist;
ALTER TABLE billing_tier DROP CONSTRAINT its_own_version_is_on_sale;
ALTER TABLE billing_tierversion DROP CONSTRAINT a_version_is_of_its_tiers_artist;
"""
