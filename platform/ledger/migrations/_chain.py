"""SQL that keeps the chain of hashes over the transactions. Used by 0002_promises."""

CHAIN = """
-- The content of a transaction as one JSON text. `ledger.chain` writes the same text to verify the chain. It joins
-- nothing, so that no plan can read a whole table for one transaction.
CREATE FUNCTION ledger_content(posted bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN (
    SELECT jsonb_build_array(
        book, key, kind, currency, (SELECT key FROM ledger_transaction AS other WHERE other.id = one.reverses_id),
        (extract(epoch FROM at) * 1000000)::bigint, facts, (
            SELECT jsonb_agg(jsonb_build_array(code, amount) ORDER BY code, amount) FROM (
                SELECT (SELECT code FROM ledger_account WHERE id = account_id) AS code, amount
                FROM ledger_entry WHERE transaction_id = posted
            ) AS legs
        )
    )::text
    FROM ledger_transaction AS one WHERE id = posted
);

-- Each transaction gets an empty link, in its own database transaction, so that none is left out of the chain. The
-- function runs as the owner: the app role cannot insert links. Without EXECUTE it cannot attach it to another table.
CREATE FUNCTION ledger_add_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.ledger_chainlink (transaction_id) SELECT id FROM added;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_add_links() FROM PUBLIC;
CREATE TRIGGER has_a_link AFTER INSERT ON ledger_transaction REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_add_links();
REVOKE INSERT ON ledger_chainlink FROM fanfare_app;

-- enable_seqscan: as in _entries.py, and ten times as fast as with a plan of when the tables were small.
-- Whatever an UPDATE says, the link follows the newest one. Two at once would have the same position, which is unique.
CREATE FUNCTION ledger_set_link() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    newest record;
BEGIN
    SELECT position, hash INTO newest FROM public.ledger_chainlink
    WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(newest.position, 0) + 1;
    NEW.hash := encode(sha256(convert_to(
        coalesce(newest.hash, '') || E'\\n' || public.ledger_content(NEW.transaction_id), 'UTF8'
    )), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER follows_the_newest BEFORE UPDATE ON ledger_chainlink
FOR EACH ROW WHEN (OLD.position IS NULL) EXECUTE FUNCTION ledger_set_link();
"""
DROP_CHAIN = """
DROP TRIGGER follows_the_newest ON ledger_chainlink;
DROP FUNCTION ledger_set_link();
GRANT INSERT ON ledger_chainlink TO fanfare_app;
DROP TRIGGER has_a_link ON ledger_transaction;
DROP FUNCTION ledger_add_links();
DROP FUNCTION ledger_content(bigint);
"""
