"""SQL that says who names the owners of a work, and who may end that a recording is of it. Used by 0002_promises."""

# Whose work it is: whoever has a share that counts, and the artist whose song was the first of it. Whoever says later
# that an own song is of the work too names nobody there: a claim would stop the songs of the others.
OWNERS_OF_WORKS = """
CREATE FUNCTION rights_edits_songs(artist bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.catalog_artist artist
    JOIN public.accounts_member member ON member.team_id = artist.team_id
        AND member.role IN ('principal', 'owner', 'editor')
    JOIN public.accounts_person person ON person.id = member.person_id AND person.is_active
    WHERE artist.id = $1 AND person.id = public.accounts_person_id($2)
)
$$;
-- The artist's team, and who signs for a rightsholder on whose roster the artist is: it imports the artist's catalogue.
CREATE FUNCTION rights_names_owners(artist bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT public.rights_edits_songs($1, $2) OR EXISTS (
    SELECT FROM public.rights_rosterentry entry
    WHERE entry.artist_id = $1 AND entry.accepted
        AND (entry.live_until IS NULL OR entry.live_until > statement_timestamp())
        AND public.rights_may_sign(entry.label_id, $2)
)
$$;
-- For all rows of a statement at once. The shares that it brings itself give nobody a say.
CREATE FUNCTION rights_check_claims_on_works() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        WITH said AS MATERIALIZED (
            SELECT claim.work_id, claim.claimed_by, (
                SELECT song.artist_id FROM public.catalog_recordingwork tie
                JOIN public.catalog_recording song ON song.id = tie.recording_id
                WHERE tie.work_id = claim.work_id
                    AND (tie.live_until IS NULL OR tie.live_until > statement_timestamp())
                ORDER BY tie.live_from, tie.id LIMIT 1
            ) AS artist_id
            FROM (SELECT DISTINCT work_id, claimed_by FROM added WHERE work_id IS NOT NULL) claim
        ), pairs AS MATERIALIZED (
            SELECT DISTINCT artist_id, claimed_by FROM said WHERE artist_id IS NOT NULL
        ), strangers AS MATERIALIZED (
            SELECT artist_id, claimed_by FROM pairs
            WHERE NOT public.accounts_is_staff(claimed_by) AND NOT public.rights_names_owners(artist_id, claimed_by)
        )
        SELECT FROM strangers JOIN said USING (artist_id, claimed_by)
        WHERE NOT EXISTS (
            SELECT FROM public.rights_claim own JOIN public.rights_party party ON party.id = own.party_id
            WHERE own.work_id = said.work_id AND own.confirmed_at IS NOT NULL
                AND (own.disputed_at IS NULL OR own.settled_at IS NOT NULL)
                AND (own.live_until IS NULL OR own.live_until > statement_timestamp())
                AND own.id NOT IN (SELECT id FROM added)
                AND (public.rights_may_stop(party.id, said.claimed_by)
                    OR public.rights_edits_songs(party.artist_id, said.claimed_by))
        )
    ) THEN
        PERFORM public.refuse('the owners of a work are named by its own side, or by staff');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER made_by_the_side_of_the_work AFTER INSERT ON rights_claim REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_claims_on_works();
"""
DROP_OWNERS_OF_WORKS = """
DROP TRIGGER made_by_the_side_of_the_work ON rights_claim;
DROP FUNCTION rights_check_claims_on_works();
DROP FUNCTION rights_names_owners(bigint, text);
DROP FUNCTION rights_edits_songs(bigint, text);
"""

# An artist's team corrects what it wrote. Where somebody else confirmed a share in the work, it would make others need no
# yes of theirs, so staff do it.
WORKS = """
CREATE FUNCTION rights_work_is_shared(artist bigint, work bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.rights_claim claim JOIN public.rights_party party ON party.id = claim.party_id
    WHERE claim.work_id = $2 AND claim.confirmed_at IS NOT NULL
        AND (party.artist_id IS DISTINCT FROM $1 OR claim.administered_by_id IS NOT NULL)
        AND (claim.live_until IS NULL OR claim.live_until > statement_timestamp())
)
$$;
CREATE FUNCTION rights_may_end_work(recording bigint, work bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT public.accounts_is_staff($3) OR EXISTS (
    SELECT FROM public.catalog_recording song
    WHERE song.id = $1 AND public.rights_edits_songs(song.artist_id, $3)
        AND NOT public.rights_work_is_shared(song.artist_id, $2)
)
$$;
-- For all rows of a statement at once: an import inserts 100,000. Of two works each is half of the song, so where somebody
-- else confirmed a share in the one, staff add the other.
CREATE FUNCTION rights_check_new_works() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        WITH said AS MATERIALIZED (
            SELECT DISTINCT song.artist_id, tie.added_by
            FROM added tie JOIN public.catalog_recording song ON song.id = tie.recording_id
        )
        SELECT FROM said
        WHERE NOT public.accounts_is_staff(added_by) AND NOT public.rights_names_owners(artist_id, added_by)
    ) THEN
        PERFORM public.refuse('what a recording is of is said by the side of its artist, or by staff');
    END IF;
    IF NOT EXISTS (
        SELECT FROM added tie JOIN public.catalog_recordingwork other ON other.recording_id = tie.recording_id
        WHERE other.id <> tie.id AND (other.live_until IS NULL OR other.live_until > statement_timestamp())
    ) THEN
        RETURN NULL;
    END IF;
    -- Whoever confirms a share at the same moment is waited for, and waits.
    PERFORM FROM public.catalog_work WHERE id IN (
        SELECT other.work_id FROM added tie JOIN public.catalog_recordingwork other ON other.recording_id = tie.recording_id
        WHERE other.id <> tie.id AND (other.live_until IS NULL OR other.live_until > statement_timestamp())
    ) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM added tie JOIN public.catalog_recordingwork other ON other.recording_id = tie.recording_id
        JOIN public.catalog_recording song ON song.id = tie.recording_id
        WHERE other.id <> tie.id AND (other.live_until IS NULL OR other.live_until > statement_timestamp())
            AND public.rights_work_is_shared(song.artist_id, other.work_id)
            AND NOT public.accounts_is_staff(tie.added_by)
    ) THEN
        PERFORM public.refuse('staff add another work to a recording where somebody else owns a part of the first');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER added_by_its_side_or_staff AFTER INSERT ON catalog_recordingwork REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_new_works();
CREATE FUNCTION rights_check_ended_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever confirms a share at the same moment is waited for, and waits.
    PERFORM FROM public.catalog_work WHERE id = NEW.work_id FOR NO KEY UPDATE;
    IF NOT public.rights_may_end_work(NEW.recording_id, NEW.work_id, NEW.ended_by) THEN
        PERFORM public.refuse('staff say that a recording is not of this work, or its artist where nobody else owns it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_by_its_artist_or_staff BEFORE UPDATE ON catalog_recordingwork
FOR EACH ROW EXECUTE FUNCTION rights_check_ended_work();
"""
DROP_WORKS = """
DROP TRIGGER added_by_its_side_or_staff ON catalog_recordingwork;
DROP FUNCTION rights_check_new_works();
DROP TRIGGER ended_by_its_artist_or_staff ON catalog_recordingwork;
DROP FUNCTION rights_check_ended_work();
DROP FUNCTION rights_may_end_work(bigint, bigint, text);
DROP FUNCTION rights_work_is_shared(bigint, bigint);
"""
