"""SQL that keeps closed statements as they were closed. Used by 0002_promises."""

STATEMENTS = """
ALTER TABLE artists_statement ADD CONSTRAINT a_statement_is_in_the_book_of_its_month
FOREIGN KEY (closed_month_id, book) REFERENCES artists_closedmonth (id, book);
ALTER TABLE artists_statement ADD CONSTRAINT a_statement_and_what_it_continues UNIQUE (id, party_id, currency, book, closing);
ALTER TABLE artists_statement ADD CONSTRAINT a_statement_continues_the_one_before
FOREIGN KEY (before_id, party_id, currency, book, opening)
REFERENCES artists_statement (id, party_id, currency, book, closing);
ALTER TABLE artists_statement ADD CONSTRAINT a_statement_is_posted_in_its_book
FOREIGN KEY (transaction_id, book, currency) REFERENCES ledger_transaction (id, book, currency);

-- A month begins where the one before ended, and its head is in the chain.
CREATE FUNCTION artists_check_closed_month() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.after <> coalesce((SELECT max(position) FROM artists_closedmonth WHERE book = NEW.book), 0) OR EXISTS (
        SELECT FROM artists_closedmonth WHERE book = NEW.book AND month >= NEW.month
    ) THEN
        PERFORM refuse('a month is closed after the one before, and begins where that ended');
    END IF;
    IF NOT EXISTS (SELECT FROM ledger_chainlink WHERE position = NEW.position AND hash = NEW.head) THEN
        PERFORM refuse('a closed month names the head of the chain');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_order BEFORE INSERT ON artists_closedmonth
FOR EACH ROW EXECUTE FUNCTION artists_check_closed_month();

-- A statement and its lines commit together, and its lines add up to it.
CREATE FUNCTION artists_check_statement() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM artists_statementline WHERE statement_id = NEW.id) <> NEW.line_count
        OR (SELECT coalesce(sum(amount), 0) FROM artists_statementline WHERE statement_id = NEW.id)
            <> NEW.earned + NEW.returned
        OR (SELECT coalesce(sum(amount), 0) FROM artists_statementhold WHERE statement_id = NEW.id) <> NEW.held
    THEN
        PERFORM refuse('the lines of a statement add up to it');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON artists_statement DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION artists_check_statement();

-- Its lines are complete, so none is added later, and nothing more is held.
CREATE FUNCTION artists_check_statement_lines() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM artists_statement one WHERE id IN (SELECT statement_id FROM added)
        AND line_count < (SELECT count(*) FROM artists_statementline WHERE statement_id = one.id)
    ) THEN
        PERFORM refuse('no line is added to a statement');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER none_added AFTER INSERT ON artists_statementline REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION artists_check_statement_lines();
CREATE FUNCTION artists_check_statement_holds() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM artists_statement one WHERE id IN (SELECT statement_id FROM added)
        AND held < (SELECT sum(amount) FROM artists_statementhold WHERE statement_id = one.id)
    ) THEN
        PERFORM refuse('nothing more is held of a statement');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER none_added AFTER INSERT ON artists_statementhold REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION artists_check_statement_holds();
"""
DROP_STATEMENTS = """
DROP TRIGGER none_added ON artists_statementhold;
DROP FUNCTION artists_check_statement_holds();
DROP TRIGGER none_added ON artists_statementline;
DROP FUNCTION artists_check_statement_lines();
DROP TRIGGER adds_up ON artists_statement;
DROP FUNCTION artists_check_statement();
DROP TRIGGER in_order ON artists_closedmonth;
DROP FUNCTION artists_check_closed_month();
ALTER TABLE artists_statement DROP CONSTRAINT a_statement_is_posted_in_its_book,
DROP CONSTRAINT a_statement_continues_the_one_before, DROP CONSTRAINT a_statement_and_what_it_continues,
DROP CONSTRAINT a_statement_is_in_the_book_of_its_month;
"""
