"""SQL that keeps agreements and split schemes true. Used by 0002_promises."""

SCHEMES = """
-- Both ways in are watched: a scheme without lines, and lines that are added later.
CREATE FUNCTION rights_scheme_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    scheme bigint := CASE TG_TABLE_NAME WHEN 'rights_splitscheme' THEN to_jsonb(NEW) ->> 'id'
        ELSE to_jsonb(NEW) ->> 'scheme_id' END;
BEGIN
    IF 10000 IS DISTINCT FROM (SELECT sum(share) FROM public.rights_splitline WHERE scheme_id = scheme) THEN
        PERFORM public.refuse('the lines of a split scheme add up to 10,000');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON rights_splitscheme DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION rights_scheme_is_whole();
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON rights_splitline DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION rights_scheme_is_whole();
"""
DROP_SCHEMES = """
DROP TRIGGER adds_up ON rights_splitline;
DROP TRIGGER adds_up ON rights_splitscheme;
DROP FUNCTION rights_scheme_is_whole();
"""

AGREEMENTS = """
ALTER TABLE rights_acceptance ADD CONSTRAINT accepted_as_it_stands
FOREIGN KEY (version_id, wording_hash) REFERENCES rights_agreementversion (id, wording_hash);
ALTER TABLE rights_acceptance ADD CONSTRAINT accepted_by_its_party
FOREIGN KEY (version_id, party_id) REFERENCES rights_agreementparty (version_id, party_id);
-- Two versions of one agreement are never in force at once.
ALTER TABLE rights_agreementversion ADD CONSTRAINT one_version_in_force EXCLUDE USING gist (
    agreement_id WITH =,
    tstzrange(live_from, CASE WHEN ended_at < live_from THEN live_from ELSE least(ends_at, ended_at) END) WITH &&
) WHERE (live_from IS NOT NULL) DEFERRABLE;

-- The terms are complete before the first party accepts them.
-- Whoever adds to them and whoever accepts wait for one another.
CREATE FUNCTION rights_terms_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM public.rights_agreementversion WHERE id = NEW.version_id FOR SHARE;
    IF EXISTS (SELECT FROM public.rights_acceptance WHERE version_id = NEW.version_id) THEN
        PERFORM public.refuse('somebody accepted these terms: a change is a new version');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms_are_open BEFORE INSERT ON rights_agreementparty
FOR EACH ROW EXECUTE FUNCTION rights_terms_are_open();
CREATE TRIGGER terms_are_open BEFORE INSERT ON rights_agreementscope
FOR EACH ROW EXECUTE FUNCTION rights_terms_are_open();

-- An artist's team decides on each draft anyway.
CREATE FUNCTION rights_keys_are_of_rightsholders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.rights_party WHERE id = NEW.party_id AND artist_id IS NOT NULL) THEN
        PERFORM public.refuse('a key is held by a rightsholder');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keys_are_of_rightsholders BEFORE INSERT ON rights_agreementparty
FOR EACH ROW WHEN (NEW.holds_key) EXECUTE FUNCTION rights_keys_are_of_rightsholders();

CREATE FUNCTION rights_check_acceptance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := statement_timestamp();
    PERFORM FROM public.rights_agreementversion WHERE id = NEW.version_id FOR NO KEY UPDATE;
    IF NOT public.rights_may_sign(NEW.party_id, NEW."by") THEN
        PERFORM public.refuse('an agreement is accepted by whoever signs for its party');
    END IF;
    IF EXISTS (
        SELECT FROM public.rights_agreementversion proposal LEFT JOIN public.rights_agreementversion newer
            ON newer.agreement_id = proposal.agreement_id AND newer.version > proposal.version
        WHERE proposal.id = NEW.version_id AND (proposal.ended_at IS NOT NULL OR newer.live_from IS NOT NULL)
    ) THEN
        PERFORM public.refuse('a proposal that ended, or that a newer version replaced, is accepted by nobody');
    END IF;
    -- A key is of a draft. What stands on a shelf was one, and the artist's team alone puts it there.
    IF EXISTS (SELECT FROM public.rights_agreementparty WHERE version_id = NEW.version_id AND holds_key)
        AND EXISTS (SELECT FROM public.rights_agreementscope WHERE (version_id, use) = (NEW.version_id, 'share'))
    THEN
        PERFORM public.refuse('nobody holds a key of shared remixes');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accepted_by_a_signer BEFORE INSERT ON rights_acceptance
FOR EACH ROW EXECUTE FUNCTION rights_check_acceptance();

CREATE FUNCTION rights_check_new_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.live_from IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
        PERFORM public.refuse('a version is proposed before it is in force');
    END IF;
    NEW.proposed_at := statement_timestamp();
    NEW.wording_hash := encode(sha256(convert_to(NEW.wording, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER proposed_first BEFORE INSERT ON rights_agreementversion
FOR EACH ROW EXECUTE FUNCTION rights_check_new_version();
CREATE FUNCTION rights_is_proposed_by_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.accounts_person WHERE id = public.accounts_person_id(NEW.proposed_by) AND is_active
    ) THEN
        PERFORM public.refuse('a version is proposed by a person');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER proposed_by_somebody AFTER INSERT ON rights_agreementversion
FOR EACH ROW EXECUTE FUNCTION rights_is_proposed_by_somebody();

-- Whether every party accepted a version that nobody ended.
CREATE FUNCTION rights_is_accepted(version bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (SELECT FROM public.rights_agreementparty WHERE version_id = $1)
    AND NOT EXISTS (SELECT FROM public.rights_agreementversion WHERE id = $1 AND ended_at IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM public.rights_agreementparty needed LEFT JOIN public.rights_acceptance given
            ON given.version_id = needed.version_id AND given.party_id = needed.party_id
        WHERE needed.version_id = $1 AND given.id IS NULL
    )
$$;

CREATE FUNCTION rights_check_changed_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.live_from IS DISTINCT FROM NEW.live_from THEN
        IF OLD.live_from IS NOT NULL OR NEW.live_from IS NULL OR NOT public.rights_is_accepted(NEW.id) THEN
            PERFORM public.refuse('a version is in force once every party accepted it');
        END IF;
        NEW.live_from := greatest(NEW.starts_at, statement_timestamp());
    END IF;
    IF (OLD.ended_at, OLD.ended_by) IS DISTINCT FROM (NEW.ended_at, NEW.ended_by) THEN
        IF NEW.ended_at IS NULL OR OLD.ended_at <= statement_timestamp() OR NEW.ended_at > OLD.ended_at THEN
            PERFORM public.refuse('history is not changed: a version that ended stays ended');
        END IF;
        -- Also by the next version, which one of its parties accepted, though whoever did that has left since.
        IF NOT EXISTS (
            SELECT FROM public.rights_agreementparty own
            LEFT JOIN (
                public.rights_acceptance given JOIN public.rights_agreementversion later
                    ON later.id = given.version_id AND later.agreement_id = NEW.agreement_id
                        AND later.version > NEW.version AND coalesce(later.live_from, NEW.ended_at) = NEW.ended_at
            ) ON (given.party_id, given."by") = (own.party_id, NEW.ended_by)
            WHERE own.version_id = NEW.id AND (
                public.rights_may_stop(own.party_id, NEW.ended_by) OR public.rights_is_accepted(later.id)
            )
        ) THEN
            PERFORM public.refuse('an agreement is ended by one of its parties');
        END IF;
        NEW.ended_at := greatest(NEW.ended_at, statement_timestamp());
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_force_and_ended_once BEFORE UPDATE ON rights_agreementversion
FOR EACH ROW EXECUTE FUNCTION rights_check_changed_version();
"""
DROP_AGREEMENTS = """
DROP TRIGGER in_force_and_ended_once ON rights_agreementversion;
DROP FUNCTION rights_check_changed_version();
DROP FUNCTION rights_is_accepted(bigint);
DROP TRIGGER proposed_by_somebody ON rights_agreementversion;
DROP FUNCTION rights_is_proposed_by_somebody();
DROP TRIGGER proposed_first ON rights_agreementversion;
DROP FUNCTION rights_check_new_version();
DROP TRIGGER accepted_by_a_signer ON rights_acceptance;
DROP FUNCTION rights_check_acceptance();
DROP TRIGGER keys_are_of_rightsholders ON rights_agreementparty;
DROP FUNCTION rights_keys_are_of_rightsholders();
DROP TRIGGER terms_are_open ON rights_agreementscope;
DROP TRIGGER terms_are_open ON rights_agreementparty;
DROP FUNCTION rights_terms_are_open();
ALTER TABLE rights_agreementversion DROP CONSTRAINT one_version_in_force;
ALTER TABLE rights_acceptance DROP CONSTRAINT accepted_by_its_party, DROP CONSTRAINT accepted_as_it_stands;
"""
