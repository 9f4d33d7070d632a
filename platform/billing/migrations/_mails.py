"""SQL that leaves a mail where something was paid, was not paid, ended or came back."""

MAILS = """
CREATE FUNCTION billing_leave_mail(of_kind text, of_row bigint, of_moment text, of_subscription bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO billing_paymentmail (person_id, book, kind, about, moment)
    SELECT person_id, book, of_kind, of_row, of_moment FROM billing_subscription
    WHERE id = of_subscription AND person_id IS NOT NULL AND NOT is_gift
    UNION ALL SELECT giver_id, book, 'returned', of_row, '' FROM billing_gift
    WHERE subscription_id = of_subscription AND of_kind = 'refunded' ON CONFLICT DO NOTHING;
    PERFORM pg_notify('payment_mails', '');
END $$;

CREATE FUNCTION billing_mail_receipt() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM billing_leave_mail('receipt', NEW.id, '', NEW.subscription_id);
    RETURN NULL;
END $$;
CREATE TRIGGER leaves_a_receipt AFTER INSERT ON billing_invoice FOR EACH ROW
WHEN (NEW.status = 'paid' AND NEW.amount_paid > 0) EXECUTE FUNCTION billing_mail_receipt();
CREATE TRIGGER leaves_a_receipt_later AFTER UPDATE ON billing_invoice FOR EACH ROW
WHEN (OLD.status <> 'paid' AND NEW.status = 'paid' AND NEW.amount_paid > 0) EXECUTE FUNCTION billing_mail_receipt();

CREATE FUNCTION billing_mail_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.status = 'canceled' THEN
        PERFORM billing_leave_mail('ended', NEW.id, '', NEW.id);
    ELSE
        PERFORM billing_leave_mail('failed', NEW.id, coalesce(NEW.period_end::text, ''), NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leaves_a_mail AFTER UPDATE ON billing_subscription FOR EACH ROW
WHEN (OLD.status <> '' AND OLD.status <> NEW.status AND NEW.status IN ('past_due', 'canceled'))
EXECUTE FUNCTION billing_mail_state();

CREATE FUNCTION billing_mail_refund() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM billing_leave_mail('refunded', NEW.id, '', (
        SELECT invoice.subscription_id FROM billing_payment payment
        JOIN billing_invoice invoice ON invoice.id = payment.invoice_id WHERE payment.id = NEW.payment_id
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER leaves_a_mail AFTER INSERT ON billing_refund FOR EACH ROW
WHEN (NEW.status NOT IN ('failed', 'canceled')) EXECUTE FUNCTION billing_mail_refund();

-- The giver of a gift is told that it is paid, and that somebody redeemed it. What comes back is told with refunds.
CREATE FUNCTION billing_mail_gift() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO billing_paymentmail (person_id, book, kind, about)
    VALUES (NEW.giver_id, NEW.book, CASE WHEN NEW.redeemed_at IS NULL THEN 'given' ELSE 'redeemed' END,
        NEW.subscription_id) ON CONFLICT DO NOTHING;
    PERFORM pg_notify('payment_mails', '');
    RETURN NULL;
END $$;
CREATE TRIGGER leaves_a_mail AFTER UPDATE ON billing_gift FOR EACH ROW
WHEN (OLD.status <> 'paid' AND NEW.status = 'paid' OR OLD.redeemed_at IS NULL AND NEW.redeemed_at IS NOT NULL)
EXECUTE FUNCTION billing_mail_gift();
"""
DROP_MAILS = """
DROP TRIGGER leaves_a_mail ON billing_gift;
DROP FUNCTION billing_mail_gift();
DROP TRIGGER leaves_a_mail ON billing_refund;
DROP FUNCTION billing_mail_refund();
DROP TRIGGER leaves_a_mail ON billing_subscription;
DROP FUNCTION billing_mail_state();
DROP TRIGGER leaves_a_receipt_later ON billing_invoice;
DROP TRIGGER leaves_a_receipt ON billing_invoice;
DROP FUNCTION billing_mail_receipt();
DROP FUNCTION billing_leave_mail(text, bigint, text, bigint);
"""
