"""Experiences need a decision on exactly their content, are inserted whole and never deleted, and stay as they were."""

from django.db import migrations

from audit.operations import dated_by_clock, never_removed, only_read_committed, write_once
from audit.statement_keys import statement_key
from fans.migrations import _remixes, _shelf


class Migration(migrations.Migration):
    dependencies = [("fans", "0001_initial"), ("audit", "0002_promises"), ("rights", "0002_promises")]
    operations = [
        statement_key("fans_engagement", "person_id", "accounts_person"),
        statement_key("fans_engagement", "artist_id", "catalog_artist"),
        statement_key("fans_recordingengagement", "person_id", "accounts_person"),
        statement_key("fans_recordingengagement", "recording_id", "catalog_recording"),
        migrations.RunSQL(
            """
            ALTER TABLE fans_experience ADD CONSTRAINT nothing_undecided
            FOREIGN KEY (decision_id, artist_id, content_hash, why_hash)
            REFERENCES rights_decision (id, artist_id, content_hash, why_hash);

            -- An experience is cleared for its artist and use, and everybody who must say yes does so when it is stored.
            ALTER TABLE fans_experience ADD CONSTRAINT cleared_for_its_artist_and_use
            FOREIGN KEY (clearance_id, artist_id, use) REFERENCES rights_clearance (id, artist_id, use);
            -- What its fan keeps is what the grants say that answer then.
            CREATE FUNCTION fans_only_what_is_still_clear() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                is_clear boolean;
                keeps_as_said boolean;
            BEGIN
                WITH answer AS (
                    SELECT said.clearance_id, bool_and(said.problem = '') AS is_clear,
                        CASE WHEN bool_or(permission.after_end = 'stops') THEN 'stops' ELSE 'plays_on' END AS after_end
                    FROM public.rights_answers_again(
                        ARRAY(SELECT DISTINCT clearance_id FROM added), statement_timestamp()
                    ) said LEFT JOIN public.rights_grant permission ON permission.id = said.grant_id
                    GROUP BY said.clearance_id
                )
                SELECT bool_and(answer.is_clear), bool_and(answer.after_end = added.after_end)
                INTO is_clear, keeps_as_said FROM added LEFT JOIN answer USING (clearance_id);
                IF NOT is_clear THEN
                    RAISE EXCEPTION 'not everybody who must say yes to an experience still does'
                    USING ERRCODE = 'check_violation';
                END IF;
                IF EXISTS (
                    SELECT FROM added JOIN public.rights_clearance cleared ON cleared.id = added.clearance_id
                    JOIN public.accounts_person person ON person.id = added.person_id
                    WHERE cleared.territory NOT IN ('', person.country)
                ) THEN
                    RAISE EXCEPTION 'an experience is cleared for the country where its fan is'
                    USING ERRCODE = 'check_violation';
                END IF;
                IF NOT keeps_as_said THEN
                    RAISE EXCEPTION 'an experience says what its fan keeps as its grants do'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER only_what_is_still_clear AFTER INSERT ON fans_experience REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION fans_only_what_is_still_clear();

            -- An experience without its words has no hash, and without a hash nothing is compared with the decision.
            CREATE FUNCTION fans_refuse_partial_insert() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                RAISE EXCEPTION 'an experience is inserted whole: with its text, salt and why'
                USING ERRCODE = 'check_violation';
            END $$;
            CREATE TRIGGER inserted_whole BEFORE INSERT ON fans_experience
            FOR EACH ROW WHEN (num_nulls(NEW.text, NEW.salt, NEW.why) > 0)
            EXECUTE FUNCTION fans_refuse_partial_insert();

            -- An opt-in rests on a yes of its own fan to its own artist.
            CREATE FUNCTION fans_only_with_own_consent() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT EXISTS (
                    SELECT FROM public.accounts_consent consent WHERE consent.id = NEW.consent_id
                    AND (consent.person_id, consent.about, consent.act)
                        = (NEW.person_id, 'artist:' || NEW.artist_id, 'given')
                ) THEN
                    RAISE EXCEPTION 'an opt-in rests on what its fan agreed to' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER with_own_consent BEFORE INSERT OR UPDATE ON fans_optin
            FOR EACH ROW EXECUTE FUNCTION fans_only_with_own_consent();

            CREATE TRIGGER stays_ended BEFORE UPDATE ON fans_optin
            FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
            EXECUTE FUNCTION refuse_change();

            -- Words of a model, and what nobody read, reach only who agreed to it: `FLOWS` of fans/consent_texts.py.
            -- Of remixes a trigger of artists says so: one that its fan asked for rests on that.
            CREATE FUNCTION fans_agreed_to(person uuid, artist bigint, version integer) RETURNS boolean
            LANGUAGE sql STABLE AS $$
            SELECT EXISTS (
                SELECT FROM public.fans_optin given JOIN public.accounts_consent consent ON consent.id = given.consent_id
                WHERE given.person_id = $1 AND given.artist_id = $2 AND given.ended_at IS NULL AND consent.version >= $3
            )
            $$;
            CREATE FUNCTION fans_only_what_was_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM added WHERE kind <> 'remix' AND (maker <> 'composer' OR mark = 'bounds' OR EXISTS (
                        SELECT FROM public.rights_decision decided WHERE decided.id = added.decision_id AND decided.by IS NULL
                    ))
                    AND NOT public.fans_agreed_to(person_id, artist_id, 3)
                ) THEN
                    RAISE EXCEPTION 'the fan did not agree to words of a model, nor to what nobody read'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER only_what_was_agreed_to AFTER INSERT ON fans_experience REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION fans_only_what_was_agreed_to();

            CREATE TRIGGER stays_so BEFORE UPDATE ON fans_experience FOR EACH ROW WHEN (
                (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
                OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
                OR (NEW.why IS NOT NULL AND NEW.why IS DISTINCT FROM OLD.why)
            ) EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER stays_so ON fans_experience;
            DROP TRIGGER only_what_was_agreed_to ON fans_experience;
            DROP FUNCTION fans_only_what_was_agreed_to();
            DROP FUNCTION fans_agreed_to(uuid, bigint, integer);
            DROP TRIGGER stays_ended ON fans_optin;
            DROP TRIGGER with_own_consent ON fans_optin;
            DROP FUNCTION fans_only_with_own_consent();
            DROP TRIGGER only_what_is_still_clear ON fans_experience;
            DROP FUNCTION fans_only_what_is_still_clear();
            ALTER TABLE fans_experience DROP CONSTRAINT cleared_for_its_artist_and_use;
            DROP TRIGGER inserted_whole ON fans_experience;
            DROP FUNCTION fans_refuse_partial_insert();
            ALTER TABLE fans_experience DROP CONSTRAINT nothing_undecided;
            """,
        ),
        # Opening, erasing and withdrawing are the only changes.
        never_removed("fans_experience", "salt", "text", "why", "opened_at", "withdrawn_at"),
        *only_read_committed("fans_experience", "fans_optin"),
        migrations.RunSQL(_remixes.REMIXES, _remixes.DROP_REMIXES),
        *write_once("fans_remixoffer", "ended_at", until="ended_at"),
        dated_by_clock("fans_remixoffer", "since"),
        migrations.RunSQL(_remixes.FILES, _remixes.DROP_FILES),
        never_removed("fans_remixrefund", "told_at"),
        dated_by_clock("fans_remixrefund"),
        *only_read_committed("fans_remixrefund"),
        migrations.RunSQL(_shelf.SHELF, _shelf.DROP_SHELF),
        never_removed(
            "fans_shelfentry",
            "render_id",
            "sha256",
            "salt",
            "name",
            "is_name_refused",
            "decision_id",
            "state",
            "decided_at",
            "decided_by",
            "ended_at",
            "ended_by",
        ),
        dated_by_clock("fans_shelfentry", "offered_at"),
        *only_read_committed("fans_shelfentry"),
    ]
