"""SQL that keeps promotions within what their team wrote. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

PROMOTIONS = f"""
ALTER TABLE billing_promotion ADD CONSTRAINT a_promotion_is_of_its_tiers_artist
FOREIGN KEY (tier_id, artist_id) REFERENCES billing_tier (id, artist_id);
ALTER TABLE billing_checkout ADD CONSTRAINT a_checkout_is_of_its_promotions_artist
FOREIGN KEY (promotion_id, artist_id) REFERENCES billing_promotion (id, artist_id);

CREATE FUNCTION billing_check_promotion() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.ended_at := statement_timestamp();
    ELSIF NEW.ended_at IS NOT NULL OR NEW.redeem_by <= statement_timestamp() THEN
        PERFORM refuse('a promotion runs when it is made');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_once BEFORE INSERT OR UPDATE ON billing_promotion
FOR EACH ROW EXECUTE FUNCTION billing_check_promotion();

-- What is paid first with a promotion, rounded as the provider rounds. Whoever orders with it waits for its row, so
-- that the last place is taken once, and nobody orders with one that is being ended.
CREATE FUNCTION billing_first_amount(wanted bigint, of_tier bigint, amount bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    promotion billing_promotion;
BEGIN
    SELECT * INTO promotion FROM billing_promotion WHERE id = wanted FOR NO KEY UPDATE;
    IF NOT FOUND OR promotion.ended_at IS NOT NULL OR promotion.redeem_by <= statement_timestamp()
    OR coalesce(promotion.tier_id, of_tier) <> of_tier THEN
        PERFORM refuse('only a promotion of the tier that runs is used');
    END IF;
    IF promotion.places <= (SELECT count(*) FROM billing_checkout WHERE promotion_id = wanted AND status <> 'expired')
    THEN
        PERFORM refuse('a promotion has no more places than were offered');
    END IF;
    RETURN amount - round(amount * promotion.percent / 100.0);
END $$;
"""  # noqa: S608 - our own constant
DROP_PROMOTIONS = """
DROP FUNCTION billing_first_amount(bigint, bigint, bigint);
DROP TRIGGER ended_once ON billing_promotion;
DROP FUNCTION billing_check_promotion();
ALTER TABLE billing_checkout DROP CONSTRAINT a_checkout_is_of_its_promotions_artist;
ALTER TABLE billing_promotion DROP CONSTRAINT a_promotion_is_of_its_tiers_artist;
"""
