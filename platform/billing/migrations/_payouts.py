"""SQL that keeps payee accounts and payouts true: nothing is paid twice, or beyond what the ledger has as payable."""

PAYOUTS = """
ALTER TABLE billing_payoutline ADD CONSTRAINT a_payout_is_in_the_book_of_its_run
FOREIGN KEY (run_id, book) REFERENCES billing_payoutrun (id, book);
ALTER TABLE billing_payoutline ADD CONSTRAINT a_payout_goes_to_an_account_of_its_party
FOREIGN KEY (account_id, party_id, book) REFERENCES billing_payeeaccount (id, party_id, book);
ALTER TABLE billing_payoutreversal ADD CONSTRAINT a_reversal_is_in_the_book_of_its_payout
FOREIGN KEY (line_id, book) REFERENCES billing_payoutline (id, book);

CREATE FUNCTION billing_check_payee() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM rights_party WHERE id = NEW.party_id AND (artist_id IS NOT NULL OR verified_at IS NOT NULL)
    ) THEN
        PERFORM public.refuse('an artist or a verified rightsholder is paid');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_the_verified BEFORE INSERT ON billing_payeeaccount
FOR EACH ROW EXECUTE FUNCTION billing_check_payee();
CREATE TRIGGER whose_it_is BEFORE UPDATE ON billing_payeeaccount FOR EACH ROW
WHEN (OLD.provider_id IS NOT NULL AND (OLD.provider_id, OLD.country) IS DISTINCT FROM (NEW.provider_id, NEW.country))
EXECUTE FUNCTION refuse_change();

-- enable_seqscan: a session keeps the plan that it made when the tables of the ledger were small.
CREATE FUNCTION billing_payable(wanted_party bigint, wanted_currency text, wanted_book text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN (
        SELECT coalesce(-sum(entry.amount), 0)::bigint FROM ledger_entry entry WHERE entry.account_id = (
            SELECT id FROM ledger_account WHERE code = 'party:' || wanted_party || ':payable'
            AND currency = wanted_currency AND book = wanted_book
        )
    );
END $$;

-- A party has one open payout of a currency, so nobody else takes from what is payable between two looks.
CREATE FUNCTION billing_move_payout() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('draft', 'held') THEN
            PERFORM public.refuse('a payout begins as a draft, or is held');
        END IF;
    ELSIF OLD.state IN ('failed', 'held', 'reversed')
        AND to_jsonb(OLD) - 'told_at' <> to_jsonb(NEW) - 'told_at'
        OR NEW.state <> OLD.state AND NOT (
            OLD.state = 'draft' AND NEW.state IN ('approved', 'held')
            OR OLD.state = 'approved' AND NEW.state = 'held'
            OR OLD.state = 'approved' AND NEW.method = 'stripe' AND NEW.state = 'submitting'
            OR OLD.state = 'approved' AND NEW.method = 'manual' AND NEW.state IN ('sent', 'paid')
            OR OLD.state = 'submitting' AND NEW.state IN ('sent', 'paid', 'failed', 'held')
            OR OLD.state = 'sent' AND NEW.state IN ('paid', 'reversed')
            OR OLD.state = 'paid' AND NEW.state = 'reversed'
        )
        OR OLD.sent_at IS NOT NULL
        AND (OLD.transfer_id, OLD.reference, OLD.sent_at) IS DISTINCT FROM (NEW.transfer_id, NEW.reference, NEW.sent_at)
        OR NEW.amount_reversed < OLD.amount_reversed
    THEN
        RAISE EXCEPTION 'a payout does not go from % to %: history is not changed', OLD.state, NEW.state
        USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.state = 'approved' AND NOT EXISTS (
        SELECT FROM billing_payoutrun WHERE id = NEW.run_id AND approved_at IS NOT NULL
    ) THEN
        PERFORM public.refuse('a payout leaves after its run was approved');
    END IF;
    IF NEW.state IN ('draft', 'approved', 'submitting') AND (TG_OP = 'INSERT' OR NEW.state <> OLD.state)
        AND NEW.amount > public.billing_payable(NEW.party_id, NEW.currency, NEW.book)
    THEN
        PERFORM public.refuse('a payout is no more than what is payable');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER moves_on BEFORE INSERT OR UPDATE ON billing_payoutline
FOR EACH ROW EXECUTE FUNCTION billing_move_payout();

-- What the ledger moved on the party's payable account under keys that begin so.
CREATE FUNCTION billing_posted(wanted_line uuid, pattern text) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(entry.amount), 0)::bigint FROM billing_payoutline line
        JOIN ledger_transaction posted ON posted.book = line.book AND posted.currency = line.currency
            AND posted.key LIKE replace(pattern, '?', line.id::text)
        JOIN ledger_entry entry ON entry.transaction_id = posted.id
        JOIN ledger_account account ON account.id = entry.account_id
            AND account.code = 'party:' || line.party_id || ':payable'
        WHERE line.id = wanted_line
    );
END $$;

CREATE FUNCTION billing_check_payout(wanted uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    line billing_payoutline;
BEGIN
    SELECT * INTO line FROM billing_payoutline WHERE id = wanted;
    IF public.billing_posted(wanted, 'xfer:?') <> (CASE WHEN line.sent_at IS NULL THEN 0 ELSE line.amount END) THEN
        PERFORM public.refuse('the ledger has what was sent, and nothing else');
    END IF;
    IF public.billing_posted(wanted, 'xfer:?:reversal:%') <> -line.amount_reversed OR line.amount_reversed <> (
        SELECT coalesce(sum(amount), 0) FROM billing_payoutreversal WHERE line_id = wanted AND state = 'done'
    ) THEN
        PERFORM public.refuse('the ledger has what came back, and nothing else');
    END IF;
    IF public.billing_posted(wanted, 'recoup:?') <> line.recouped THEN
        PERFORM public.refuse('the ledger has what was paid back, and nothing else');
    END IF;
    IF line.sent_at IS NOT NULL AND public.billing_payable(line.party_id, line.currency, line.book) < 0 THEN
        PERFORM public.refuse('nobody is paid more than what is payable');
    END IF;
END $$;
CREATE FUNCTION billing_payout_on_ledger() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.billing_check_payout((to_jsonb(NEW) ->> TG_ARGV[0])::uuid);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER on_the_ledger AFTER INSERT OR UPDATE ON billing_payoutline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_payout_on_ledger('id');
CREATE CONSTRAINT TRIGGER on_the_ledger AFTER INSERT OR UPDATE ON billing_payoutreversal
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_payout_on_ledger('line_id');

CREATE FUNCTION billing_check_reversal() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state <> 'wanted' THEN
            RAISE EXCEPTION 'what came back, or did not: history is not changed' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM FROM billing_payoutline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    IF NEW.state = 'refused' OR NEW.amount > (
        SELECT amount FROM billing_payoutline WHERE id = NEW.line_id AND state IN ('sent', 'paid')
    ) - (
        SELECT coalesce(sum(amount), 0) FROM billing_payoutreversal WHERE line_id = NEW.line_id AND state <> 'refused'
    ) OR NOT EXISTS (SELECT FROM billing_payoutline WHERE id = NEW.line_id AND state IN ('sent', 'paid')) THEN
        PERFORM public.refuse('no more comes back than was sent');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_more_than_was_sent BEFORE INSERT OR UPDATE ON billing_payoutreversal
FOR EACH ROW EXECUTE FUNCTION billing_check_reversal();

CREATE FUNCTION billing_wake_payouts() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('webhooks', '');  -- the channel of `work billing`
    PERFORM pg_notify('payouts', '');
    RETURN NULL;
END $$;
CREATE TRIGGER wakes_worker AFTER INSERT OR UPDATE OF state ON billing_payoutline
FOR EACH STATEMENT EXECUTE FUNCTION billing_wake_payouts();
CREATE TRIGGER wakes_worker AFTER INSERT ON billing_payoutreversal
FOR EACH STATEMENT EXECUTE FUNCTION billing_wake_payouts();

CREATE TRIGGER ended_once BEFORE UPDATE ON billing_drift
FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
"""
DROP_PAYOUTS = """
DROP TRIGGER ended_once ON billing_drift;
DROP TRIGGER wakes_worker ON billing_payoutreversal;
DROP TRIGGER wakes_worker ON billing_payoutline;
DROP FUNCTION billing_wake_payouts();
DROP TRIGGER no_more_than_was_sent ON billing_payoutreversal;
DROP FUNCTION billing_check_reversal();
DROP TRIGGER on_the_ledger ON billing_payoutreversal;
DROP TRIGGER on_the_ledger ON billing_payoutline;
DROP FUNCTION billing_payout_on_ledger();
DROP FUNCTION billing_check_payout(uuid);
DROP FUNCTION billing_posted(uuid, text);
DROP TRIGGER moves_on ON billing_payoutline;
DROP FUNCTION billing_move_payout();
DROP FUNCTION billing_payable(bigint, text, text);
DROP TRIGGER whose_it_is ON billing_payeeaccount;
DROP TRIGGER only_the_verified ON billing_payeeaccount;
DROP FUNCTION billing_check_payee();
ALTER TABLE billing_payoutreversal DROP CONSTRAINT a_reversal_is_in_the_book_of_its_payout;
ALTER TABLE billing_payoutline
DROP CONSTRAINT a_payout_goes_to_an_account_of_its_party, DROP CONSTRAINT a_payout_is_in_the_book_of_its_run;
"""
PAYEE_FIELDS = (
    "method",
    "country",
    "provider_id",
    "transfers_active",
    "details_submitted",
    "requirements",
    "disabled_reason",
    "currency",
    "manual_reference",
    "synced_at",
)
LINE_FIELDS = (
    "state",
    "reason",
    "transfer_id",
    "reference",
    "amount_reversed",
    "refusals",
    "attempts",
    "due_at",
    "error",
    "sent_at",
    "told_at",
)
REVERSAL_FIELDS = ("state", "provider_id", "reference", "attempts", "due_at", "error")
