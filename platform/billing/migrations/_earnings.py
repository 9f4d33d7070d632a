"""SQL that keeps what is earned together with the ledger. Used by 0002_promises."""

EARNINGS = """
ALTER TABLE billing_earnedpart ADD CONSTRAINT of_its_transactions_book_and_currency
FOREIGN KEY (transaction_id, book, currency) REFERENCES ledger_transaction (id, book, currency);
ALTER TABLE billing_earnedshare ADD CONSTRAINT of_its_transactions_book_and_currency
FOREIGN KEY (transaction_id, book, currency) REFERENCES ledger_transaction (id, book, currency),
ADD CONSTRAINT of_its_parts_book_and_currency
FOREIGN KEY (part_id, book, currency) REFERENCES billing_earnedpart (id, book, currency);

-- What was paid is split as it was agreed then. The version is written once.
CREATE TRIGGER split_once BEFORE UPDATE ON billing_invoice FOR EACH ROW
WHEN (OLD.scheme_id IS NOT NULL AND OLD.scheme_id IS DISTINCT FROM NEW.scheme_id)
EXECUTE FUNCTION refuse_change();

-- The lines of a transaction come in one statement and equal its legs, party by party. So none is added later.
-- LATERAL, one transaction after the other: a session keeps the plan that it made when the tables were small, and with
-- an array of keys that one read a whole index for each statement.
CREATE FUNCTION billing_check_shares() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT transaction_id FROM added) AS posted CROSS JOIN LATERAL (
            SELECT party FROM (
                SELECT share.party, share.amount FROM public.billing_earnedshare AS share
                WHERE share.transaction_id = posted.transaction_id
                UNION ALL
                SELECT regexp_replace(
                    CASE leg.code WHEN 'platform:revenue' THEN 'platform' ELSE leg.code END,
                    '^(party:[^:]+):.*$', '\\1'
                ), leg.amount
                FROM (
                    SELECT entry.amount, (
                        SELECT account.code FROM public.ledger_account AS account WHERE account.id = entry.account_id
                    ) AS code FROM public.ledger_entry AS entry
                    WHERE entry.transaction_id = posted.transaction_id OFFSET 0
                ) AS leg
                WHERE leg.code ~ '^(platform:revenue$|pool:|party:[^:]+:(accrued|recoverable)$)'
            ) AS moved GROUP BY party HAVING sum(amount) <> 0
        ) AS different
    ) THEN
        PERFORM public.refuse('what is earned is what the ledger moved');
    END IF;
    -- Of no line more is taken back than it got.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT part_id FROM added WHERE amount < 0) AS taken CROSS JOIN LATERAL (
            SELECT share.party FROM public.billing_earnedshare AS share WHERE share.part_id = taken.part_id
            GROUP BY share.party, share.role, share.recording, share.work, share.experience HAVING sum(share.amount) < 0
        ) AS short
    ) THEN
        PERFORM public.refuse('more is taken back of a line than it got');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER as_the_ledger_moved AFTER INSERT ON billing_earnedshare REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION billing_check_shares();
"""
DROP_EARNINGS = """
DROP TRIGGER as_the_ledger_moved ON billing_earnedshare;
DROP FUNCTION billing_check_shares();
DROP TRIGGER split_once ON billing_invoice;
ALTER TABLE billing_earnedshare
DROP CONSTRAINT of_its_parts_book_and_currency, DROP CONSTRAINT of_its_transactions_book_and_currency;
ALTER TABLE billing_earnedpart DROP CONSTRAINT of_its_transactions_book_and_currency;
"""
