"""Constraints in SQL: decisions cover exact content, only signed versions are live, moments and drafts are kept."""

from django.db import migrations

from artists.migrations import (
    _envelopes,
    _hearings,
    _keys,
    _model_profiles,
    _refunds,
    _remixes,
    _requests,
    _statements,
    _suggestions,
)
from audit.operations import append_only, dated_by_clock, never_removed, only_read_committed, write_once


class Migration(migrations.Migration):
    dependencies = [
        ("artists", "0001_initial"),
        ("audit", "0002_promises"),
        ("billing", "0002_promises"),
        ("fans", "0002_promises"),
        ("ledger", "0002_promises"),
    ]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE artists_program ADD CONSTRAINT a_program_of_an_artist UNIQUE (id, artist_id);
            ALTER TABLE catalog_recording ADD CONSTRAINT a_recording_of_an_artist UNIQUE (id, artist_id);
            ALTER TABLE artists_programversion ADD CONSTRAINT of_its_programs_artist
            FOREIGN KEY (program_id, artist_id) REFERENCES artists_program (id, artist_id),
            ADD CONSTRAINT counts_a_song_of_its_artist
            FOREIGN KEY (recording_id, artist_id) REFERENCES catalog_recording (id, artist_id),
            ADD CONSTRAINT signed_as_it_stands
            FOREIGN KEY (decision_id, artist_id, shape_hash) REFERENCES rights_decision (id, artist_id, shape_hash);
            ALTER TABLE artists_draft ADD CONSTRAINT decided_as_it_stands
            FOREIGN KEY (decision_id, artist_id, content_hash, why_hash)
            REFERENCES rights_decision (id, artist_id, content_hash, why_hash);

            -- A draft is cleared for its artist, its use and the song of its version: no more and no other.
            ALTER TABLE artists_draft ADD CONSTRAINT cleared_for_its_artist_and_use
            FOREIGN KEY (clearance_id, artist_id, use) REFERENCES rights_clearance (id, artist_id, use);
            CREATE FUNCTION artists_is_cleared_for_its_song(recording bigint, clearance bigint)
            RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT array_remove(ARRAY[$1], NULL) = ARRAY(
                SELECT song.recording_id FROM public.rights_clearancerecording song WHERE song.clearance_id = $2
            )
            $$;
            -- The song of a program is its version's; a fan who asks chooses one, which the moment keeps.
            CREATE FUNCTION artists_song_of(version bigint, moment bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
            SELECT CASE offered.moment WHEN 'request' THEN noticed.recording_id ELSE offered.recording_id END
            FROM public.artists_programversion offered, public.artists_moment noticed
            WHERE offered.id = $1 AND noticed.id = $2
            $$;
            CREATE FUNCTION artists_new_drafts_are_cleared_for_their_song() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    WITH one AS MATERIALIZED (  -- else it is asked for each draft, before DISTINCT
                        SELECT DISTINCT clearance_id,
                            CASE offered.moment WHEN 'request' THEN noticed.recording_id ELSE offered.recording_id END song
                        FROM added JOIN public.artists_programversion offered ON offered.id = added.version_id
                        JOIN public.artists_moment noticed ON noticed.id = added.moment_id
                    )
                    SELECT FROM one WHERE NOT public.artists_is_cleared_for_its_song(one.song, one.clearance_id)
                ) THEN
                    RAISE EXCEPTION 'a draft is cleared for another song' USING ERRCODE = 'check_violation';
                END IF;
                -- Under an older clearance it would need none of the keys that are asked for now. A message needs none.
                IF EXISTS (
                    WITH one AS MATERIALIZED (SELECT DISTINCT clearance_id FROM added WHERE use <> 'personal_message')
                    SELECT FROM one WHERE NOT public.rights_stands_on_what_counts_now(one.clearance_id)
                ) THEN
                    RAISE EXCEPTION 'a draft is cleared by grants that do not count now' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER cleared_for_its_song AFTER INSERT ON artists_draft REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION artists_new_drafts_are_cleared_for_their_song();
            CREATE FUNCTION artists_draft_is_cleared_for_its_song() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT public.artists_is_cleared_for_its_song(
                    public.artists_song_of(NEW.version_id, NEW.moment_id), NEW.clearance_id
                ) THEN
                    RAISE EXCEPTION 'the draft is cleared for another song' USING ERRCODE = 'check_violation';
                END IF;
                -- Under an older one it would need none of the keys and places that are asked for now.
                IF NOT public.rights_stands_on_what_counts_now(NEW.clearance_id) THEN
                    RAISE EXCEPTION 'the draft is cleared by grants that do not count now' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER cleared_for_its_song_again BEFORE UPDATE ON artists_draft
            FOR EACH ROW WHEN (OLD.clearance_id <> NEW.clearance_id)
            EXECUTE FUNCTION artists_draft_is_cleared_for_its_song();

            -- A draft that is not true any more is replaced, once. A moment has at most one draft that is not stopped.
            ALTER TABLE artists_draft
            ADD CONSTRAINT a_draft_of_a_moment UNIQUE (moment_id, id),
            ADD CONSTRAINT a_draft_replaces_another CHECK (replaces_id <> id),
            ADD CONSTRAINT replaces_a_draft_of_its_moment
            FOREIGN KEY (moment_id, replaces_id) REFERENCES artists_draft (moment_id, id);
            CREATE UNIQUE INDEX one_first_draft_a_moment ON artists_draft (moment_id) WHERE replaces_id IS NULL;
            CREATE UNIQUE INDEX a_draft_is_replaced_once ON artists_draft (moment_id) WHERE replaces_id IS NOT NULL;
            CREATE UNIQUE INDEX one_open_draft_a_moment ON artists_draft (moment_id)
            WHERE state NOT IN ('undeliverable', 'withdrawn');

            -- What was made stays as it was made: a team changes `text` alone, and only an erasure empties the rest.
            -- Once somebody else than a principal typed, that stays too: the name in the mark follows from it. Without
            -- its words a draft has no hash to compare with a decision, so it keeps the one that it has.
            ALTER TABLE artists_draft ADD CONSTRAINT words_and_facts_are_erased_together
            CHECK (num_nulls(salt, text, original_text, facts, why) IN (0, 5));
            CREATE TRIGGER stays_as_made BEFORE UPDATE ON artists_draft FOR EACH ROW WHEN (
                (OLD.moment_id, OLD.replaces_id, OLD.version_id, OLD.person_id, OLD.artist_id, OLD.use, OLD.maker,
                    OLD.written_at) IS DISTINCT FROM
                    (NEW.moment_id, NEW.replaces_id, NEW.version_id, NEW.person_id, NEW.artist_id, NEW.use, NEW.maker,
                    NEW.written_at)
                OR (NEW.salt IS NOT NULL AND NEW.salt IS DISTINCT FROM OLD.salt)
                OR (NEW.original_text IS NOT NULL AND NEW.original_text IS DISTINCT FROM OLD.original_text)
                OR (NEW.facts IS NOT NULL AND NEW.facts IS DISTINCT FROM OLD.facts)
                OR (NEW.why IS NOT NULL AND NEW.why IS DISTINCT FROM OLD.why)
                OR (OLD.team_typed AND NOT NEW.team_typed)
                OR (NEW.text IS NULL AND NEW.decision_id IS DISTINCT FROM OLD.decision_id)
            ) EXECUTE FUNCTION refuse_change();

            -- Why the fan gets it is what its moment says, and nothing else: whoever decides reads the text alone.
            CREATE FUNCTION artists_written_for_its_moment() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM written LEFT JOIN (
                        artists_moment moment JOIN artists_program program ON program.id = moment.program_id
                        JOIN artists_programversion version ON version.id = moment.version_id
                        LEFT JOIN catalog_recording recording ON recording.id
                            = CASE version.moment WHEN 'request' THEN moment.recording_id ELSE version.recording_id END
                    ) ON moment.id = written.moment_id AND (moment.person_id, moment.version_id, program.artist_id)
                        = (written.person_id, written.version_id, written.artist_id)
                    WHERE written.why IS DISTINCT FROM jsonb_build_object(
                        'moment', version.moment, 'nth', moment.point, 'recording', recording.title,
                        'program', program.name, 'noticed_at',
                        to_char(moment.noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
                    )
                ) THEN
                    RAISE EXCEPTION 'a draft says why its moment does, for the fan and the artist of the moment'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER written_for_its_moment AFTER INSERT ON artists_draft
            REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION artists_written_for_its_moment();

            -- A model is told about a fan who agreed to that, and a rightsholder with a key hears what is made for one.
            -- Rules choose a remix for a fan who agreed to that.
            CREATE FUNCTION artists_written_as_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM written WHERE (maker <> 'composer' OR use <> 'personal_message' AND EXISTS (
                        SELECT FROM public.rights_clearancekeyholder held WHERE held.clearance_id = written.clearance_id
                    )) AND NOT public.fans_agreed_to(person_id, artist_id, 3)
                    AND NOT public.artists_is_requested_remix(moment_id)
                ) THEN
                    RAISE EXCEPTION 'the fan did not agree that a model writes, or a rightsholder hears it' USING ERRCODE = 'check_violation';
                END IF;
                IF EXISTS (
                    SELECT FROM written JOIN public.accounts_person fan ON fan.id = written.person_id
                    WHERE maker LIKE 'model:%' AND fan.age_band <> '18_plus'
                ) THEN
                    RAISE EXCEPTION 'no model writes for a minor' USING ERRCODE = 'check_violation';
                END IF;
                IF EXISTS (
                    SELECT FROM written WHERE maker IN ('desk', 'rules', 'team') AND NOT public.fans_agreed_to(person_id, artist_id, 4)
                    AND NOT public.artists_is_requested_remix(moment_id)
                ) THEN
                    RAISE EXCEPTION 'the fan did not agree that rules choose a remix' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER written_as_agreed_to AFTER INSERT ON artists_draft
            REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION artists_written_as_agreed_to();

            -- The hashes compare text and why with the decision. The rest of an experience is compared with its draft.
            CREATE FUNCTION artists_only_as_drafted() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                IF NOT EXISTS (
                    SELECT FROM artists_draft draft JOIN artists_programversion version ON version.id = draft.version_id
                    WHERE draft.id = NEW.draft AND draft.state = 'delivered'
                    AND (draft.decision_id, draft.clearance_id, draft.artist_id, draft.use, draft.maker)
                        = (NEW.decision_id, NEW.clearance_id, NEW.artist_id, NEW.use, NEW.maker)
                    AND (version.program_id, version.version) = (NEW.program, NEW.program_version)
                ) THEN
                    RAISE EXCEPTION 'the experience differs from its draft %', NEW.draft
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER only_as_drafted BEFORE INSERT ON fans_experience
            FOR EACH ROW EXECUTE FUNCTION artists_only_as_drafted();

            CREATE FUNCTION artists_only_what_is_signed() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                IF NOT EXISTS (
                    SELECT FROM artists_programversion
                    WHERE id = NEW.current_id AND program_id = NEW.id AND decision_id IS NOT NULL
                ) THEN
                    RAISE EXCEPTION 'program % cannot offer version row %: it is not signed', NEW.id, NEW.current_id
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER only_what_is_signed BEFORE INSERT OR UPDATE OF current_id ON artists_program
            FOR EACH ROW WHEN (NEW.current_id IS NOT NULL) EXECUTE FUNCTION artists_only_what_is_signed();

            REVOKE DELETE, TRUNCATE ON artists_moment, artists_draft FROM fanfare_app;

            -- A fan may delete the listen of a moment. The moment stays, so that it does not happen again.
            ALTER TABLE artists_moment ADD CONSTRAINT moment_outlives_its_listen FOREIGN KEY (listen_id)
            REFERENCES listens_listen (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE artists_moment DROP CONSTRAINT moment_outlives_its_listen;
            GRANT DELETE ON artists_moment, artists_draft TO fanfare_app;
            DROP TRIGGER only_as_drafted ON fans_experience;
            DROP FUNCTION artists_only_as_drafted();
            DROP TRIGGER written_as_agreed_to ON artists_draft;
            DROP FUNCTION artists_written_as_agreed_to();
            DROP TRIGGER written_for_its_moment ON artists_draft;
            DROP FUNCTION artists_written_for_its_moment();
            DROP TRIGGER stays_as_made ON artists_draft;
            DROP TRIGGER cleared_for_its_song_again ON artists_draft;
            DROP TRIGGER cleared_for_its_song ON artists_draft;
            DROP FUNCTION artists_draft_is_cleared_for_its_song();
            DROP FUNCTION artists_new_drafts_are_cleared_for_their_song();
            DROP FUNCTION artists_song_of(bigint, bigint);
            DROP FUNCTION artists_is_cleared_for_its_song(bigint, bigint);
            ALTER TABLE artists_draft DROP CONSTRAINT cleared_for_its_artist_and_use;
            ALTER TABLE artists_draft DROP CONSTRAINT words_and_facts_are_erased_together;
            DROP TRIGGER only_what_is_signed ON artists_program;
            DROP FUNCTION artists_only_what_is_signed();
            ALTER TABLE artists_programversion DROP CONSTRAINT signed_as_it_stands,
            DROP CONSTRAINT counts_a_song_of_its_artist,
            DROP CONSTRAINT of_its_programs_artist;
            ALTER TABLE artists_program DROP CONSTRAINT a_program_of_an_artist;
            ALTER TABLE catalog_recording DROP CONSTRAINT a_recording_of_an_artist;
            ALTER TABLE artists_draft DROP CONSTRAINT decided_as_it_stands;
            DROP INDEX one_open_draft_a_moment, a_draft_is_replaced_once, one_first_draft_a_moment;
            ALTER TABLE artists_draft DROP CONSTRAINT replaces_a_draft_of_its_moment,
            DROP CONSTRAINT a_draft_replaces_another, DROP CONSTRAINT a_draft_of_a_moment;
            """,
        ),
        migrations.RunSQL(_keys.KEYS, _keys.DROP_KEYS),
        migrations.RunSQL(_keys.PLACES, _keys.DROP_PLACES),
        migrations.RunSQL(_requests.REQUESTS, _requests.DROP_REQUESTS),
        never_removed(
            "artists_experiencerequest", "recipient", "note", "state", "ending", "moment_id", "ended_at", "told_at"
        ),
        *only_read_committed("artists_draft", "artists_experiencerequest"),
        *write_once("artists_programversion", "decision_id", until="decision_id"),
        migrations.RunSQL(_statements.STATEMENTS, _statements.DROP_STATEMENTS),
        *(append_only(f"artists_{table}") for table in ("experienceuse", "statement", "statementline")),
        *write_once("artists_closedmonth", "written_at", until="written_at"),
        *write_once("artists_statementhold", "release_id", until="release_id"),
        dated_by_clock("artists_closedmonth", "closed_at"),
        dated_by_clock("artists_experienceuse"),
        migrations.RunSQL(_envelopes.LIMITS, _envelopes.DROP_LIMITS),
        migrations.RunSQL(_model_profiles.MODEL_PROFILES, _model_profiles.DROP_MODEL_PROFILES),
        never_removed("artists_modelprofile", *_model_profiles.PROFILE_COLUMNS),
        dated_by_clock("artists_modelprofile", "saved_at"),
        migrations.RunSQL(_suggestions.SUGGESTIONS, _suggestions.DROP_SUGGESTIONS),
        never_removed("artists_suggestioncall", *_suggestions.ANSWER_COLUMNS),
        dated_by_clock("artists_suggestioncall", "asked_at"),
        never_removed("artists_suggestion", "state"),
        migrations.RunSQL(_envelopes.ENVELOPES, _envelopes.DROP_ENVELOPES),
        never_removed("artists_remixenvelope", "decision_id", "second_id", "in_force_from", "ended_at", "ended_by"),
        dated_by_clock("artists_remixenvelope", "created_at"),
        never_removed("artists_envelopecorner", "render_id"),
        never_removed("artists_cornerhearing", "heard_at"),
        dated_by_clock("artists_cornerhearing", "opened_at"),
        *only_read_committed("artists_remixenvelope"),
        migrations.RunSQL(_remixes.REMIXES, _remixes.DROP_REMIXES),
        migrations.RunSQL(_hearings.HEARINGS, _hearings.DROP_HEARINGS),
        migrations.RunSQL(_refunds.REFUNDS, _refunds.DROP_REFUNDS),
        append_only("artists_requestedremix"),
        never_removed("artists_drafthearing", "seconds"),
        dated_by_clock("artists_drafthearing", "opened_at"),
        *only_read_committed("artists_requestedremix"),
        *only_read_committed(
            *(f"artists_{table}" for table in ("closedmonth", "statement", "statementline", "statementhold")),
        ),
    ]
