"""An artist has a team of artists from the start, and keeps it: who is in it decides in the artist's name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("accounts", "0002_promises"), ("audit", "0002_promises")]
    operations = [
        migrations.RunSQL(
            """
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
            """,
            """
            DROP TRIGGER keeps_its_team ON catalog_artist;
            DROP TRIGGER has_an_artists_team ON catalog_artist;
            DROP FUNCTION catalog_only_an_artists_team();
            """,
        ),
    ]
