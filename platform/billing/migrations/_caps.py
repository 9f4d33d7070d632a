"""SQL that counts what a fan spends in a month, for the pages and for the triggers alike. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

CAPS = f"""
-- What was charged since then without what came back; what is held or ordered; what renews until the month is over.
-- Whatever else a fan pays for is added here.
CREATE FUNCTION billing_spending(
    payer uuid, of_book text, of_currency text, moment timestamptz, began timestamptz, ended timestamptz,
    OUT spent bigint, OUT held bigint, OUT renewing bigint
) LANGUAGE plpgsql STABLE SET search_path = {CLOCK_PATH} AS $$
BEGIN
    SELECT coalesce(sum(payment.amount - (
        SELECT coalesce(sum(back.amount), 0) FROM billing_refund back
        WHERE back.payment_id = payment.id AND back.status NOT IN ('failed', 'canceled')
    )), 0) INTO spent FROM billing_subscription bought
    JOIN billing_invoice invoice ON invoice.subscription_id = bought.id AND invoice.paid_at >= began
    JOIN billing_payment payment ON payment.invoice_id = invoice.id
    WHERE bought.person_id = payer AND NOT bought.is_gift
    AND (payment.book, payment.currency) = (of_book, of_currency);

    SELECT spent + coalesce(sum(payment.amount - (
        SELECT coalesce(sum(back.amount), 0) FROM billing_refund back
        WHERE back.payment_id = payment.id AND back.status NOT IN ('failed', 'canceled')
    )), 0) INTO spent FROM billing_gift gift
    JOIN billing_invoice invoice ON invoice.subscription_id = gift.subscription_id AND invoice.paid_at >= began
    JOIN billing_payment payment ON payment.invoice_id = invoice.id
    WHERE (gift.giver_id, payment.book, payment.currency) = (payer, of_book, of_currency);

    SELECT spent + coalesce(sum(captured_amount - returned_amount), 0) INTO spent FROM billing_authorisation
    WHERE (person_id, book, currency) = (payer, of_book, of_currency) AND captured_at >= began;

    SELECT coalesce(sum(amount), 0) INTO held FROM billing_authorisation
    WHERE (person_id, book, currency) = (payer, of_book, of_currency)
    AND status IN ('authorising', 'held', 'capture_wanted');

    -- Orders of which no payment is known yet.
    SELECT held + coalesce(sum(ordered.first_amount), 0) INTO held FROM billing_checkout ordered
    LEFT JOIN billing_subscription bought ON bought.checkout_id = ordered.id
    WHERE (ordered.person_id, ordered.book, ordered.currency) = (payer, of_book, of_currency)
    AND (ordered.status = 'open' OR ordered.status = 'paid' AND bought.id IS NULL)
    AND NOT EXISTS (
        SELECT FROM billing_invoice invoice JOIN billing_payment payment ON payment.invoice_id = invoice.id
        WHERE invoice.subscription_id = bought.id
    );

    SELECT held + coalesce(sum(amount), 0) INTO held FROM billing_gift
    WHERE (giver_id, book, currency, status) = (payer, of_book, of_currency, 'open');

    -- One with a schedule, or in its trial, is counted at its price of now, which a promotion lowers for some months.
    SELECT coalesce(sum(CASE
        WHEN price.id = ordered.price_id AND price.interval = 'month'
        AND bought.period_end < bought.created + make_interval(months => promotion.months) THEN ordered.first_amount
        ELSE price.amount
    END), 0) INTO renewing FROM billing_subscription bought
    JOIN billing_tierprice price ON price.id = bought.price_id AND price.currency = of_currency
    LEFT JOIN billing_checkout ordered ON ordered.id = bought.checkout_id
    LEFT JOIN billing_promotion promotion ON promotion.id = ordered.promotion_id
    WHERE (bought.person_id, bought.book) = (payer, of_book) AND bought.status IN ('trialing', 'active', 'past_due')
    AND NOT bought.cancel_at_period_end AND NOT bought.is_collection_paused
    AND bought.period_end >= moment AND bought.period_end < ended;
END $$;

-- Orders and holds of a fan wait for this row, so that no two of them count the same room under the cap.
CREATE FUNCTION billing_require_room(payer uuid, of_book text, of_currency text, wanted bigint) RETURNS void
LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    chosen billing_spendingsettings;
    zone text := (SELECT coalesce(nullif(time_zone, ''), 'UTC') FROM accounts_person WHERE id = payer);
    month timestamp;
    taken bigint;
BEGIN
    SELECT * INTO chosen FROM billing_spendingsettings
    WHERE (person_id, book, currency) = (payer, of_book, of_currency) FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('a fan pays in one currency');
    END IF;
    BEGIN
        month := date_trunc('month', statement_timestamp() AT TIME ZONE zone);
    EXCEPTION WHEN invalid_parameter_value THEN  -- a name that this server does not know
        zone := 'UTC';
        month := date_trunc('month', statement_timestamp() AT TIME ZONE zone);
    END;
    SELECT spent + held + renewing INTO taken FROM billing_spending(
        payer, of_book, of_currency, statement_timestamp(),
        month AT TIME ZONE zone, (month + interval '1 month') AT TIME ZONE zone
    );
    IF taken + wanted > (CASE WHEN chosen.next_cap_from <= statement_timestamp() THEN chosen.next_cap
        ELSE chosen.monthly_cap END)
    THEN
        PERFORM refuse('what a fan spends in a month stays under the cap');
    END IF;
END $$;
"""  # noqa: S608 - our own constant
DROP_CAPS = """
DROP FUNCTION billing_require_room(uuid, text, text, bigint);
DROP FUNCTION billing_spending(uuid, text, text, timestamptz, timestamptz, timestamptz);
"""
