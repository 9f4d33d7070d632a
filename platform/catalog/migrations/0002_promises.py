"""Artists keep their teams, who decide in their names. Songs keep their artists, and songs and works their age."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("accounts", "0002_promises"), ("audit", "0002_promises")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION catalog_is_iswc(code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
            RETURN CASE
                WHEN code ~ '^T[0-9]{10}$' THEN right(code, 1)::int = (10 - (1 + (
                    SELECT sum(n * substr(code, n + 1, 1)::int) FROM generate_series(1, 9) n
                ))::int % 10) % 10
                ELSE false END;
            ALTER TABLE catalog_work ADD CONSTRAINT an_iswc_has_its_check_digit CHECK (public.catalog_is_iswc(iswc));

            CREATE FUNCTION catalog_only_an_artists_team() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                IF NOT EXISTS (SELECT FROM accounts_team WHERE id = NEW.team_id AND kind = 'artist') THEN
                    RAISE EXCEPTION 'team % is not the team of an artist', NEW.team_id
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER has_an_artists_team BEFORE INSERT ON catalog_artist
            FOR EACH ROW EXECUTE FUNCTION catalog_only_an_artists_team();
            CREATE TRIGGER keeps_its_team BEFORE UPDATE ON catalog_artist
            FOR EACH ROW WHEN (OLD.team_id IS DISTINCT FROM NEW.team_id) EXECUTE FUNCTION refuse_change();

            -- A yes can be for one artist, and for the songs that there were when it was given.
            CREATE TRIGGER keeps_its_artist BEFORE UPDATE ON catalog_recording
            FOR EACH ROW WHEN ((OLD.artist_id, OLD.created_at) IS DISTINCT FROM (NEW.artist_id, NEW.created_at))
            EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER stays_as_old BEFORE UPDATE ON catalog_work
            FOR EACH ROW WHEN (OLD.created_at IS DISTINCT FROM NEW.created_at) EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER stays_as_old ON catalog_work;
            DROP TRIGGER keeps_its_artist ON catalog_recording;
            DROP TRIGGER keeps_its_team ON catalog_artist;
            DROP TRIGGER has_an_artists_team ON catalog_artist;
            DROP FUNCTION catalog_only_an_artists_team();
            ALTER TABLE catalog_work DROP CONSTRAINT an_iswc_has_its_check_digit;
            DROP FUNCTION catalog_is_iswc(text);
            """,
        ),
    ]
