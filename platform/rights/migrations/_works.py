"""SQL that says who may end that a recording is of a work. Used by 0002_promises."""

# An artist's team corrects what it wrote. Where somebody else confirmed a share in the work, it would make others need no
# yes of theirs, so staff do it.
WORKS = """
CREATE FUNCTION rights_may_end_work(recording bigint, work bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT public.accounts_is_staff($3) OR EXISTS (
    SELECT FROM public.catalog_recording song
    JOIN public.catalog_artist artist ON artist.id = song.artist_id
    JOIN public.accounts_member member ON member.team_id = artist.team_id
        AND member.role IN ('principal', 'owner', 'editor')
    JOIN public.accounts_person person ON person.id = member.person_id AND person.is_active
    WHERE song.id = $1 AND person.id = public.accounts_person_id($3) AND NOT EXISTS (
        SELECT FROM public.rights_claim claim JOIN public.rights_party party ON party.id = claim.party_id
        WHERE claim.work_id = $2 AND claim.confirmed_at IS NOT NULL AND party.artist_id IS DISTINCT FROM artist.id
            AND (claim.live_until IS NULL OR claim.live_until > statement_timestamp())
    )
)
$$;
CREATE FUNCTION rights_check_ended_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT public.rights_may_end_work(NEW.recording_id, NEW.work_id, NEW.ended_by) THEN
        PERFORM public.refuse('staff say that a recording is not of this work, or its artist where nobody else owns it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_by_its_artist_or_staff BEFORE UPDATE ON catalog_recordingwork
FOR EACH ROW EXECUTE FUNCTION rights_check_ended_work();
"""
DROP_WORKS = """
DROP TRIGGER ended_by_its_artist_or_staff ON catalog_recordingwork;
DROP FUNCTION rights_check_ended_work();
DROP FUNCTION rights_may_end_work(bigint, bigint, text);
"""
