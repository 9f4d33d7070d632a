"""SQL that keeps claims true: who confirms, ends and settles them, and when they are disputed. Used by 0002_promises."""

PREFIXES = """
CREATE FUNCTION rights_check_isrc_prefix() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT public.accounts_is_staff(CASE TG_OP WHEN 'INSERT' THEN NEW.registered_by ELSE NEW.ended_by END) THEN
        PERFORM public.refuse('only staff say whose an ISRC prefix is');
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.registered_at := statement_timestamp();
    ELSE
        NEW.ended_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registered_by_staff BEFORE INSERT OR UPDATE ON rights_isrcprefix
FOR EACH ROW EXECUTE FUNCTION rights_check_isrc_prefix();
"""
DROP_PREFIXES = """
DROP TRIGGER registered_by_staff ON rights_isrcprefix;
DROP FUNCTION rights_check_isrc_prefix();
"""

CLAIMS = """
-- Of a recording or a work (below zero), party and role, as two numbers: texts take twice the time, and an import adds
-- 300,000. They are no plain columns, so that no query takes this index for one of them: it holds half of the table.
-- Claims with an end are compared by `rights_check_new_claims`: an exclusion constraint takes ten times as long.
CREATE UNIQUE INDEX one_claim_at_a_time ON rights_claim (
    coalesce(recording_id, -work_id),
    (party_id * 8 + CASE role WHEN 'recording_owner' THEN 1 WHEN 'featured_artist' THEN 2 WHEN 'session_pool' THEN 3
        WHEN 'publisher' THEN 4 WHEN 'writer' THEN 5 ELSE 0 END)
) WHERE live_until IS NULL;

-- Writes only what differs: a row that is changed here is built anew, and an import inserts 400,000.
CREATE FUNCTION rights_stamp_new_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.settled_at IS NOT NULL THEN
        PERFORM public.refuse('a claim is settled after it was made');
    END IF;
    IF NEW.claimed_at IS DISTINCT FROM statement_timestamp() THEN
        NEW.claimed_at := statement_timestamp();
    END IF;
    IF NEW.confirmed_by IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM statement_timestamp() THEN
        NEW.confirmed_at := statement_timestamp();
    END IF;
    IF NEW.disputed_at IS NOT NULL THEN
        NEW.disputed_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stamped BEFORE INSERT ON rights_claim FOR EACH ROW EXECUTE FUNCTION rights_stamp_new_claim();

-- Whether the ISRC of a claimed recording is of somebody who is not on the side of its party. Parties are on one side
-- where one represents the other. A holder who has a confirmed share says itself that the rest is of others.
CREATE FUNCTION rights_is_of_another(holder bigint, claim public.rights_claim) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT holder <> claim.party_id AND NOT EXISTS (
    SELECT FROM public.rights_party one JOIN public.rights_party other ON other.id = one.represented_by_id
    WHERE (one.id, other.id) IN ((holder, claim.party_id), (claim.party_id, holder))
) AND NOT EXISTS (
    SELECT FROM public.rights_claim own
    WHERE own.recording_id = claim.recording_id AND own.role = claim.role AND own.party_id = holder
        AND own.confirmed_at IS NOT NULL AND (own.disputed_at IS NULL OR own.settled_at IS NOT NULL)
        AND (own.live_until IS NULL OR own.live_until > statement_timestamp())
)
$$;
CREATE FUNCTION rights_has_role(kind text, role text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN kind = ANY (CASE role
    WHEN 'recording_owner' THEN ARRAY['artist', 'label', 'distributor']
    WHEN 'featured_artist' THEN ARRAY['artist']
    WHEN 'session_pool' THEN ARRAY['session_pool']
    WHEN 'writer' THEN ARRAY['writer', 'artist']
    WHEN 'publisher' THEN ARRAY['publisher']
END);
-- For all rows of a statement at once: an import inserts 100,000. The plan is kept, so it is one that fits one row too.
-- Who may say it is asked once a pair, not once a row: without MATERIALIZED, PostgreSQL asks before DISTINCT.
-- Instead of foreign keys: parties, recordings and works do not go away, so it is asked once that they are there.
-- Recordings and works are locked, because two statements at once would not see each other's shares. Shares of a role
-- above the whole at any time of a claim are a dispute: then nobody knows who is paid.
CREATE FUNCTION rights_check_new_claims() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    found bigint;
    is_twice boolean;
    beyond_the_whole bigint[];
BEGIN
    IF EXISTS (
        WITH said AS MATERIALIZED (
            SELECT DISTINCT party_id, confirmed_by FROM added WHERE confirmed_by IS NOT NULL
        )
        SELECT FROM said WHERE NOT public.rights_may_sign(said.party_id, said.confirmed_by)
    ) THEN
        PERFORM public.refuse('a claim is confirmed by whoever signs for its party');
    END IF;
    IF EXISTS (
        WITH said AS MATERIALIZED (SELECT DISTINCT party_id, role FROM added)
        SELECT FROM said LEFT JOIN public.rights_party party ON party.id = party_id
        WHERE public.rights_has_role(party.kind, role) IS NOT TRUE
    ) THEN
        PERFORM public.refuse('a party of this kind has no share in this role');
    END IF;
    IF EXISTS (
        WITH said AS MATERIALIZED (
            SELECT DISTINCT song.artist_id, claim.party_id, claim.claimed_by
            FROM added claim JOIN public.catalog_recording song ON song.id = claim.recording_id
        )
        SELECT FROM said
        WHERE NOT public.accounts_is_staff(claimed_by) AND NOT public.rights_may_stop(party_id, claimed_by)
            AND NOT public.rights_names_owners(artist_id, claimed_by)
    ) THEN
        PERFORM public.refuse('a claim on a recording is made by its party, by the side of its artist, or by staff');
    END IF;
    PERFORM FROM public.catalog_recording WHERE id IN (SELECT recording_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found <> (SELECT count(DISTINCT recording_id) FROM added) THEN
        PERFORM public.refuse('a claim is on a recording that is there');
    END IF;
    PERFORM FROM public.catalog_work WHERE id IN (SELECT work_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found <> (SELECT count(DISTINCT work_id) FROM added) THEN
        PERFORM public.refuse('a claim is on a work that is there');
    END IF;
    SELECT coalesce(bool_or(together.own), false), array_agg(claim.id) FILTER (WHERE together.share > 10000)
    INTO is_twice, beyond_the_whole
    FROM added claim CROSS JOIN LATERAL (
        SELECT sum(other.share) AS share, bool_or(
            other.party_id = claim.party_id AND other.id <> claim.id AND tstzrange(other.live_from, other.live_until)
            && tstzrange(claim.live_from, claim.live_until)
        ) AS own
        FROM (
            SELECT * FROM public.rights_claim one
            WHERE one.recording_id = claim.recording_id AND one.role = claim.role
            UNION ALL
            SELECT * FROM public.rights_claim one WHERE one.work_id = claim.work_id AND one.role = claim.role
        ) other
        WHERE (other.live_until IS NULL OR other.live_until > claim.live_from)
            AND (claim.live_until IS NULL OR other.live_from < claim.live_until)
    ) together;
    IF is_twice THEN
        PERFORM public.refuse('one_claim_at_a_time: a party has one share in each role');
    END IF;
    UPDATE public.rights_claim SET disputed_at = statement_timestamp()
    WHERE disputed_at IS NULL AND id IN (
        SELECT unnest(beyond_the_whole)
        UNION
        SELECT claim.id FROM added JOIN public.rights_claim claim USING (id)
        JOIN public.catalog_recording recording ON recording.id = claim.recording_id
        JOIN public.rights_isrcprefix registered ON registered.prefix = left(recording.isrc, 5)
        WHERE claim.role = 'recording_owner' AND registered.ended_at IS NULL
            AND public.rights_is_of_another(registered.party_id, claim)
    );
    RETURN NULL;
END $$;
CREATE TRIGGER checked AFTER INSERT ON rights_claim REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_new_claims();

-- A recording that gets its ISRC later, or another one, is asked about in the same way.
CREATE FUNCTION rights_check_new_isrc() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.rights_claim claim SET disputed_at = statement_timestamp() FROM public.rights_isrcprefix registered
    WHERE registered.prefix = left(NEW.isrc, 5) AND registered.ended_at IS NULL
        AND claim.recording_id = NEW.id AND claim.role = 'recording_owner' AND claim.disputed_at IS NULL
        AND (claim.live_until IS NULL OR claim.live_until > statement_timestamp())
        AND public.rights_is_of_another(registered.party_id, claim);
    RETURN NULL;
END $$;
CREATE TRIGGER isrc_of_another AFTER UPDATE OF isrc ON catalog_recording
FOR EACH ROW WHEN (NEW.isrc IS DISTINCT FROM OLD.isrc) EXECUTE FUNCTION rights_check_new_isrc();

-- Nobody has confirmed it, staff have not settled it, and the artist's team that wrote it says that it was a mistake. Where
-- a file named it in a work, the team of the work's first song says so too: until then nobody clears its songs.
CREATE FUNCTION rights_takes_back(claim bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.rights_claim claim CROSS JOIN public.catalog_artist artist
    JOIN public.accounts_member member ON member.team_id = artist.team_id
        AND member.role IN ('principal', 'owner', 'editor')
    JOIN public.accounts_person person ON person.id = member.person_id AND person.is_active
    WHERE claim.id = $1 AND claim.confirmed_at IS NULL AND claim.settled_at IS NULL
        AND person.id = public.accounts_person_id($2) AND (artist.id IN (
            SELECT song.artist_id FROM public.catalog_recording song WHERE song.id = claim.recording_id
            UNION ALL
            SELECT song.artist_id FROM public.catalog_recordingwork tie
            JOIN public.catalog_recording song ON song.id = tie.recording_id
            WHERE tie.work_id = claim.work_id AND (tie.live_until IS NULL OR tie.live_until > statement_timestamp())
        ) AND EXISTS (
            SELECT FROM public.accounts_membershipperiod period
            WHERE period.team_id = artist.team_id
                AND period.person_id = public.accounts_person_id(claim.claimed_by)
                AND period.since <= claim.claimed_at AND (period.until IS NULL OR period.until > claim.claimed_at)
        ) OR claim.catalog_import_id IS NOT NULL AND artist.id = (
            SELECT song.artist_id FROM public.catalog_recordingwork tie
            JOIN public.catalog_recording song ON song.id = tie.recording_id
            WHERE tie.work_id = claim.work_id AND (tie.live_until IS NULL OR tie.live_until > statement_timestamp())
            ORDER BY tie.live_from, tie.id LIMIT 1
        ))
)
$$;
CREATE FUNCTION rights_check_changed_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS DISTINCT FROM NEW.confirmed_at OR OLD.confirmed_by IS DISTINCT FROM NEW.confirmed_by THEN
        IF OLD.confirmed_at IS NOT NULL OR NOT public.rights_may_sign(NEW.party_id, NEW.confirmed_by) THEN
            PERFORM public.refuse('a claim is confirmed once, by whoever signs for its party');
        END IF;
        PERFORM FROM public.catalog_work WHERE id = NEW.work_id FOR SHARE;  -- see rights_check_ended_work
        NEW.confirmed_at := statement_timestamp();
    END IF;
    IF OLD.live_until IS DISTINCT FROM NEW.live_until THEN
        IF NEW.live_until IS NULL OR OLD.live_until <= statement_timestamp() OR NEW.live_until > OLD.live_until THEN
            PERFORM public.refuse('history is not changed: a claim that ended stays ended');
        END IF;
        IF NOT (
            public.rights_may_stop(NEW.party_id, NEW.ended_by) OR public.accounts_is_staff(NEW.ended_by)
            OR public.rights_takes_back(OLD.id, NEW.ended_by)
        ) THEN
            PERFORM public.refuse('a claim is ended by its party, by staff, or unconfirmed by the team that made it');
        END IF;
        NEW.live_until := greatest(NEW.live_until, statement_timestamp(), OLD.live_from);
    END IF;
    IF OLD.disputed_at IS DISTINCT FROM NEW.disputed_at THEN
        IF OLD.disputed_at IS NOT NULL THEN
            PERFORM public.refuse('history is not changed: a dispute ends by being settled');
        END IF;
        NEW.disputed_at := statement_timestamp();
    END IF;
    IF (OLD.settled_at, OLD.settled_by, OLD.note) IS DISTINCT FROM (NEW.settled_at, NEW.settled_by, NEW.note) THEN
        IF OLD.settled_at IS NOT NULL OR NOT public.accounts_is_staff(NEW.settled_by) THEN
            PERFORM public.refuse('a dispute is settled once, by staff');
        END IF;
        NEW.settled_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked_again BEFORE UPDATE ON rights_claim
FOR EACH ROW EXECUTE FUNCTION rights_check_changed_claim();
"""
DROP_CLAIMS = """
DROP TRIGGER checked_again ON rights_claim;
DROP TRIGGER isrc_of_another ON catalog_recording;
DROP FUNCTION rights_check_new_isrc();
DROP TRIGGER checked ON rights_claim;
DROP TRIGGER stamped ON rights_claim;
DROP FUNCTION rights_check_changed_claim();
DROP FUNCTION rights_takes_back(bigint, text);
DROP FUNCTION rights_check_new_claims();
DROP FUNCTION rights_has_role(text, text);
DROP FUNCTION rights_is_of_another(bigint, rights_claim);
DROP FUNCTION rights_stamp_new_claim();
DROP INDEX one_claim_at_a_time;
"""
