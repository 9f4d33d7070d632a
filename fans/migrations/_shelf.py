"""SQL that keeps the shelf of an artist true: what stands there was delivered, offered, heard and decided on."""

from audit.operations import CLOCK_PATH

SHELF = f"""
ALTER TABLE fans_shelfentry ADD CONSTRAINT nothing_undecided_on_the_shelf
FOREIGN KEY (decision_id, artist_id, shelf_hash) REFERENCES rights_decision (id, artist_id, shelf_hash);

-- Whether an artist's limits of this song let other fans hear its remixes now. Their end waits for this transaction.
CREATE FUNCTION fans_find_shared_offer(song bigint) RETURNS bigint LANGUAGE plpgsql
SET search_path = {CLOCK_PATH} AS $$
DECLARE
    signed bigint;
BEGIN
    SELECT offer.decision_id INTO signed FROM fans_remixoffer offer
    WHERE offer.recording_id = song AND offer.ended_at IS NULL AND offer.expires_at > statement_timestamp()
    AND (offer.content::jsonb->'export'->>'share')::boolean FOR SHARE;
    RETURN signed;
END $$;

-- An entry is offered by whoever the remix was delivered to, who accepted the terms for it. It is the same sound.
CREATE FUNCTION fans_check_offered() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM fans_experience delivered
        JOIN fans_render made ON made.id = (delivered.text::jsonb->>'render')::bigint
        JOIN fans_render copy ON copy.id = NEW.render_id AND copy.kind = 'shelf'
        WHERE delivered.id = NEW.experience_id AND delivered.maker IN ('desk', 'rules', 'team')
        AND delivered.withdrawn_at IS NULL
        AND (delivered.person_id, delivered.artist_id, delivered.mark, delivered.credit)
            = (NEW.person_id, NEW.artist_id, NEW.mark, NEW.credit)
        AND (made.recording_id, copy.recording_id, copy.person_id) = (NEW.recording_id, NEW.recording_id, NEW.person_id)
        AND (made.recipe, made.source_id, made.cache_key) = (copy.recipe, copy.source_id, copy.cache_key)
        FOR SHARE OF delivered
    ) THEN
        PERFORM refuse('what is offered to the shelf is a remix that was delivered to its maker');
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_consent consent WHERE consent.id = NEW.consent_id
        AND (consent.person_id, consent.about, consent.act)
            = (NEW.person_id, 'shelf:' || NEW.experience_id, 'given')
    ) THEN
        PERFORM refuse('a maker accepts the terms of the shelf first');
    END IF;
    IF fans_find_shared_offer(NEW.recording_id) IS NULL THEN
        PERFORM refuse('the limits of this song let nobody else hear its remixes');
    END IF;
    IF NEW.state <> 'offered' OR NEW.is_name_refused OR NEW.sha256 <> '' THEN
        PERFORM refuse('an entry of the shelf begins as an offer');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offered_by_its_maker BEFORE INSERT ON fans_shelfentry
FOR EACH ROW EXECUTE FUNCTION fans_check_offered();

-- Nobody under 18 has a name on a shelf.
CREATE FUNCTION fans_check_shelf_name() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_person WHERE id = NEW.person_id AND age_band = '18_plus') THEN
        PERFORM refuse('under 18 a remix on the shelf is by a fan');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER adults_have_names BEFORE INSERT OR UPDATE ON fans_shelfentry
FOR EACH ROW WHEN (NEW.name <> '' AND NEW.state IN ('offered', 'on')) EXECUTE FUNCTION fans_check_shelf_name();

-- An entry goes one way, and stays of its remix. Its maker, the team as it is now, or a process of ours ends it.
CREATE FUNCTION fans_check_shelf_change() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    actor text := CASE NEW.state WHEN 'off' THEN NEW.ended_by ELSE NEW.decided_by END;
BEGIN
    IF NEW.state <> OLD.state AND NEW.state NOT IN ('on', 'declined', 'off')
        OR OLD.state IN ('declined', 'off') AND (NEW.state, NEW.sha256, NEW.decided_by, NEW.ended_by, NEW.decision_id)
            IS DISTINCT FROM (OLD.state, OLD.sha256, OLD.decided_by, OLD.ended_by, OLD.decision_id)
        OR OLD.state = 'on' AND NEW.state = 'declined'
        OR NEW.state = 'off' AND (NEW.sha256, NEW.decided_by, NEW.decision_id)
            IS DISTINCT FROM (OLD.sha256, OLD.decided_by, OLD.decision_id)
        OR NEW.name IS NOT NULL AND NEW.name IS DISTINCT FROM OLD.name AND (NEW.name <> '' OR NOT NEW.is_name_refused)
        OR NEW.salt IS DISTINCT FROM OLD.salt AND NEW.salt IS NOT NULL
        OR NEW.render_id IS DISTINCT FROM OLD.render_id AND NEW.render_id IS NOT NULL
        OR OLD.is_name_refused AND NOT NEW.is_name_refused
    THEN
        PERFORM refuse('an entry of the shelf goes one way');
    END IF;
    IF NEW.state = 'offered' OR NEW.state = OLD.state AND NEW.decision_id IS NOT DISTINCT FROM OLD.decision_id THEN
        NEW.decided_at := OLD.decided_at;
        NEW.ended_at := OLD.ended_at;
        RETURN NEW;
    END IF;
    IF NEW.state = 'off' THEN
        NEW.decided_at := OLD.decided_at;
        NEW.ended_at := statement_timestamp();
    ELSE  -- a name that is refused later changes nothing about since when it is heard
        NEW.decided_at := coalesce(OLD.decided_at, statement_timestamp());
    END IF;
    IF NOT (NEW.state = 'off' AND (actor = 'person:' || NEW.person_id OR actor LIKE 'system:%')) THEN
        PERFORM FROM accounts_team JOIN catalog_artist artist ON artist.team_id = accounts_team.id
        WHERE artist.id = NEW.artist_id FOR KEY SHARE OF accounts_team;
        IF NOT EXISTS (
            SELECT FROM catalog_artist artist JOIN accounts_person person ON person.id = accounts_person_id(actor)
            WHERE artist.id = NEW.artist_id AND person.is_active
            AND accounts_role_at(person.id, artist.team_id, statement_timestamp()) IS NOT NULL
        ) THEN
            PERFORM refuse('only the maker and the team of the artist change an entry of the shelf');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_one_way BEFORE UPDATE ON fans_shelfentry
FOR EACH ROW EXECUTE FUNCTION fans_check_shelf_change();

-- What stands on the shelf is the copy that was made, of what its maker still has, under the limits of now. The foreign
-- key compares the hash; here is what the hash cannot know.
CREATE FUNCTION fans_check_put_on() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM fans_experience delivered
        JOIN fans_render copy ON copy.id = NEW.render_id AND copy.state = 'ready'
        JOIN fans_renderfile file ON file.render_id = copy.id AND (file.name, file.sha256) = ('stream', NEW.sha256)
        WHERE delivered.id = NEW.experience_id AND delivered.withdrawn_at IS NULL
        AND copy.sha256 = delivered.text::jsonb->>'sound' FOR SHARE OF delivered
    ) THEN
        PERFORM refuse('on the shelf stands a copy of what its maker has');
    END IF;
    IF NOT EXISTS (
        SELECT FROM rights_decision decided WHERE decided.id = NEW.decision_id AND decided."by" = NEW.decided_by
        AND decided.under_id = fans_find_shared_offer(NEW.recording_id)
    ) THEN
        PERFORM refuse('a decision on the shelf is under the limits that hold now');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER put_on_as_decided AFTER UPDATE OF decision_id ON fans_shelfentry
FOR EACH ROW WHEN (NEW.state = 'on' AND NEW.decision_id IS DISTINCT FROM OLD.decision_id)
EXECUTE FUNCTION fans_check_put_on();

-- What was taken back or erased is on no shelf.
CREATE FUNCTION fans_check_off_shelf() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fans_shelfentry WHERE experience_id = NEW.id AND state IN ('offered', 'on')) THEN
        PERFORM refuse('what is taken back or erased leaves the shelf first');
    END IF;
    IF NEW.text IS NULL AND EXISTS (
        SELECT FROM fans_shelfentry WHERE experience_id = NEW.id AND num_nonnulls(name, salt) > 0
    ) THEN
        PERFORM refuse('what is erased keeps no name on a shelf');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leaves_the_shelf AFTER UPDATE OF text, withdrawn_at ON fans_experience
FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL OR NEW.text IS NULL) EXECUTE FUNCTION fans_check_off_shelf();
"""  # noqa: S608 - our own constant
DROP_SHELF = """
DROP TRIGGER leaves_the_shelf ON fans_experience;
DROP FUNCTION fans_check_off_shelf();
DROP TRIGGER put_on_as_decided ON fans_shelfentry;
DROP FUNCTION fans_check_put_on();
DROP TRIGGER goes_one_way ON fans_shelfentry;
DROP FUNCTION fans_check_shelf_change();
DROP TRIGGER adults_have_names ON fans_shelfentry;
DROP FUNCTION fans_check_shelf_name();
DROP TRIGGER offered_by_its_maker ON fans_shelfentry;
DROP FUNCTION fans_check_offered();
DROP FUNCTION fans_find_shared_offer(bigint);
ALTER TABLE fans_shelfentry DROP CONSTRAINT nothing_undecided_on_the_shelf;
"""
