"""SQL that keeps parties and grants true: who may give and end them, and when. Used by 0002_promises."""

# Who speaks for a party is read from the membership at the time of the statement, which is also the time that is stored.
WHO_MAY = """
-- The roles of an actor in the team of a verified party, and in the team of whoever represents it.
CREATE FUNCTION rights_roles(asked_party bigint, actor text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
SELECT member.role FROM public.rights_party party
LEFT JOIN public.catalog_artist artist ON artist.id = party.artist_id
LEFT JOIN public.rights_party deputy ON deputy.id = party.represented_by_id AND deputy.verified_at IS NOT NULL
JOIN public.accounts_member member ON member.team_id IN (artist.team_id, party.team_id, deputy.team_id)
JOIN public.accounts_person person ON person.id = member.person_id AND person.is_active
WHERE party.id = $1 AND person.id = public.accounts_person_id($2)
    AND (party.artist_id IS NOT NULL OR party.verified_at IS NOT NULL)
$$;
CREATE FUNCTION rights_may_sign(asked_party bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (SELECT FROM public.rights_roles($1, $2) role WHERE role IN ('principal', 'signatory'))
$$;
-- Whoever may switch a use off. That is more people than those who may permit it.
CREATE FUNCTION rights_may_stop(asked_party bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (SELECT FROM public.rights_roles($1, $2) role WHERE role IN ('principal', 'signatory', 'owner'))
$$;
"""
DROP_WHO_MAY = """
DROP FUNCTION rights_may_stop(bigint, text);
DROP FUNCTION rights_may_sign(bigint, text);
DROP FUNCTION rights_roles(bigint, text);
"""

PARTIES = """
CREATE FUNCTION rights_check_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (OLD.verified_at, OLD.verified_by) IS DISTINCT FROM (NEW.verified_at, NEW.verified_by) THEN
        IF NEW.verified_by IS NOT NULL AND NOT public.accounts_is_staff(NEW.verified_by) THEN
            PERFORM public.refuse('only staff verify a party');
        END IF;
        NEW.verified_at := CASE WHEN NEW.verified_at IS NOT NULL THEN statement_timestamp() END;
    END IF;
    IF (TG_OP = 'INSERT' AND NEW.mandated_by IS NOT NULL
        OR TG_OP = 'UPDATE' AND (OLD.represented_by_id, OLD.mandate, OLD.mandated_by)
            IS DISTINCT FROM (NEW.represented_by_id, NEW.mandate, NEW.mandated_by))
        AND NOT public.accounts_is_staff(coalesce(NEW.mandated_by, ''))
    THEN
        PERFORM public.refuse('only staff store and end a mandate');
    END IF;
    IF NEW.team_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.accounts_team WHERE id = NEW.team_id AND kind = 'rightsholder'
    ) THEN
        PERFORM public.refuse('the team of a party is one of rightsholders');
    END IF;
    IF NEW.team_id IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.team_id IS NULL)
        AND NOT public.accounts_is_staff(coalesce(NEW.team_by, ''))
    THEN
        PERFORM public.refuse('only staff give a party its team');
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.team_id IS NOT NULL AND OLD.team_by IS DISTINCT FROM NEW.team_by THEN
        PERFORM public.refuse('history is not changed: who gave a party its team stays');
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.team_id IS DISTINCT FROM NEW.team_id AND OLD.team_id IS NOT NULL THEN
        PERFORM public.refuse('a party keeps its team: others would sign for it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER verified_by_staff BEFORE INSERT OR UPDATE ON rights_party
FOR EACH ROW EXECUTE FUNCTION rights_check_party();
-- Who a party is does not change, nor that it is there: its grants and claims would be somebody else's.
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON rights_party
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON rights_party FROM fanfare_app;
GRANT UPDATE (name, team_id, team_by, isni, ipi, dpid, verified_at, verified_by, represented_by_id, mandate, mandated_by)
ON rights_party TO fanfare_app;
"""
DROP_PARTIES = """
GRANT UPDATE, DELETE ON rights_party TO fanfare_app;
DROP TRIGGER never_removed ON rights_party;
DROP TRIGGER verified_by_staff ON rights_party;
DROP FUNCTION rights_check_party();
"""

GRANTS = """
-- Of one scope, one party says one thing at a time. An end before the start leaves an empty period.
ALTER TABLE rights_grant ADD CONSTRAINT one_live_grant_a_scope EXCLUDE USING gist (
    party_id WITH =, use WITH =, tier_class WITH =, coalesce(artist_id, 0) WITH =, coalesce(recording_id, 0) WITH =,
    coalesce(work_id, 0) WITH =, country WITH =,
    tstzrange(live_from, CASE WHEN ended_at < live_from THEN live_from ELSE least(live_until, ended_at) END) WITH &&
);

-- Under an agreement in force, a grant is what its party accepted there, from the start of the version to its end.
CREATE FUNCTION rights_is_agreed(asked public.rights_grant, own_artist bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.rights_agreementversion version
    JOIN public.rights_acceptance given ON given.version_id = version.id
    JOIN public.rights_agreementscope scope ON scope.version_id = version.id
    WHERE version.id = asked.agreement_version_id AND given.party_id = asked.party_id AND given."by" = asked."by"
        AND asked.allows AND version.ended_at IS NULL AND asked.live_from = version.live_from
        AND asked.live_until IS NOT DISTINCT FROM version.ends_at
        AND (asked.use, asked.tier_class, asked.country, asked.covers_later, asked.after_end)
            = (scope.use, scope.tier_class, scope.country, scope.covers_later, scope.after_end)
        AND (asked.artist_id, asked.recording_id, asked.work_id)
            IS NOT DISTINCT FROM (coalesce(scope.artist_id, own_artist), scope.recording_id, scope.work_id)
)
$$;

CREATE FUNCTION rights_check_new_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own_artist bigint := (SELECT artist_id FROM public.rights_party WHERE id = NEW.party_id);
BEGIN
    NEW.at := statement_timestamp();
    IF NEW.ended_at IS NOT NULL OR NEW.live_from < NEW.at AND NEW.agreement_version_id IS NULL THEN
        PERFORM public.refuse('a grant begins when it is given, or later');
    END IF;
    IF own_artist IS NOT NULL AND NEW.artist_id IS DISTINCT FROM own_artist THEN
        PERFORM public.refuse('an artist says yes for nobody else');
    END IF;
    IF own_artist IS NOT NULL AND NEW.recording_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.catalog_recording WHERE id = NEW.recording_id AND artist_id = own_artist
    ) THEN
        PERFORM public.refuse('an artist says yes for no song of somebody else');
    END IF;
    IF NEW.agreement_version_id IS NOT NULL THEN
        IF NOT public.rights_is_agreed(NEW, own_artist) THEN
            PERFORM public.refuse('a grant of an agreement is what its party accepted');
        END IF;
    ELSIF NOT (
        public.rights_may_sign(NEW.party_id, NEW."by")
        OR NOT NEW.allows AND public.rights_may_stop(NEW.party_id, NEW."by")
    ) THEN
        PERFORM public.refuse('a grant is given by whoever signs for its party');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER given_by_its_party BEFORE INSERT ON rights_grant
FOR EACH ROW EXECUTE FUNCTION rights_check_new_grant();

-- An end that lies ahead can come sooner. Nothing that ended lives again, and no end is dated back.
CREATE FUNCTION rights_check_ended_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ended_at IS NULL OR OLD.ended_at <= statement_timestamp() OR NEW.ended_at > OLD.ended_at THEN
        PERFORM public.refuse('history is not changed: a grant that ended stays ended');
    END IF;
    IF EXISTS (
        SELECT FROM public.rights_agreementversion
        WHERE id = NEW.agreement_version_id AND (ended_at, ended_by) = (NEW.ended_at, NEW.ended_by)
    ) THEN
        RETURN NEW;  -- it ends with its agreement
    END IF;
    IF NOT (
        public.rights_may_stop(NEW.party_id, NEW.ended_by)
        -- What the party said by itself ends when an agreement begins that it accepted, also if who accepted has left.
        OR EXISTS (
            SELECT FROM public.rights_acceptance given
            JOIN public.rights_agreementversion version ON version.id = given.version_id AND version.live_from IS NULL
            WHERE (given.party_id, given."by") = (NEW.party_id, NEW.ended_by)
                AND public.rights_is_accepted(version.id)
        )
    ) THEN
        PERFORM public.refuse('a grant is ended by its party');
    END IF;
    NEW.ended_at := greatest(NEW.ended_at, statement_timestamp());
    RETURN NEW;
END $$;
CREATE TRIGGER ended_by_its_party BEFORE UPDATE ON rights_grant
FOR EACH ROW EXECUTE FUNCTION rights_check_ended_grant();
"""
DROP_GRANTS = """
DROP TRIGGER ended_by_its_party ON rights_grant;
DROP TRIGGER given_by_its_party ON rights_grant;
DROP FUNCTION rights_check_ended_grant();
DROP FUNCTION rights_check_new_grant();
DROP FUNCTION rights_is_agreed(rights_grant, bigint);
ALTER TABLE rights_grant DROP CONSTRAINT one_live_grant_a_scope;
"""
