"""Hash functions; who may decide; what parties, claims, grants and clearances promise; decisions never change."""

from django.db import migrations

from audit.operations import append_only, dated_by_clock, never_removed, only_read_committed, write_once
from rights.migrations import (
    _agreement_effect,
    _agreements,
    _bounds,
    _claims,
    _clearance,
    _deciders,
    _identifiers,
    _imports,
    _keys,
    _parties,
    _roster,
    _stops,
    _works,
)

# convert_to is only STABLE, which a generated column refuses; for UTF8 to UTF8 it is in truth immutable, and
# the function says so. Salt and person have a fixed length and artist, mark and credit hold no line break
# (checked), so the fields cannot run into each other. STRICT: a missing field gives no hash.
FUNCTIONS = """
CREATE FUNCTION rights_content_hash(salt text, person uuid, artist bigint, mark text, credit text, content text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN length(salt) = 32 AND strpos(mark || credit, E'\\n') = 0 THEN
    encode(sha256(convert_to(
        salt || E'\\n' || person || E'\\n' || artist || E'\\n' || mark || E'\\n' || credit || E'\\n' || content, 'UTF8'
    )), 'hex') END;
-- A second hash beside the first, so that a decision covers the facts that are told with the text too. jsonb writes its
-- keys in one order, so equal facts have one text.
CREATE FUNCTION rights_why_hash(salt text, person uuid, artist bigint, why jsonb)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN length(salt) = 32 THEN
    encode(sha256(convert_to(salt || E'\\n' || person || E'\\n' || artist || E'\\n' || why::text, 'UTF8')), 'hex') END;
-- A program for every recording of its artist names none; that alone may be NULL. The words come last: only they may
-- hold a line break.
CREATE FUNCTION rights_shape_hash(
    program bigint, version bigint, moment text, nth bigint, recording bigint, audience text, wording text
)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(
    program || E'\\n' || version || E'\\n' || moment || E'\\n' || nth || E'\\n' || coalesce(recording::text, '')
    || E'\\n' || audience || E'\\n' || wording, 'UTF8'
)), 'hex');
CREATE FUNCTION rights_envelope_hash(recording bigint, version bigint, content text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN encode(sha256(convert_to(
    'envelope' || E'\\n' || recording || E'\\n' || version || E'\\n' || content, 'UTF8'
)), 'hex');
-- An entry on the artist's shelf: whose remix it is, its sound, and what others read. The name comes last.
CREATE FUNCTION rights_shelf_hash(
    salt text, person uuid, artist bigint, render bigint, sha256 text, mark text, credit text, name text
)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN length(salt) = 32 AND length(sha256) = 64 AND strpos(mark || credit, E'\\n') = 0 THEN
    encode(sha256(convert_to(
        'shelf' || E'\\n' || salt || E'\\n' || person || E'\\n' || artist || E'\\n' || render || E'\\n' || sha256 || E'\\n'
        || mark || E'\\n' || credit || E'\\n' || name, 'UTF8'
    )), 'hex') END;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0001_initial"),
        ("accounts", "0002_promises"),
        ("audit", "0002_promises"),
        ("catalog", "0002_promises"),
    ]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION rights_content_hash(text, uuid, bigint, text, text, text);"
            "DROP FUNCTION rights_why_hash(text, uuid, bigint, jsonb);"
            "DROP FUNCTION rights_shape_hash(bigint, bigint, text, bigint, bigint, text, text);"
            "DROP FUNCTION rights_envelope_hash(bigint, bigint, text);"
            "DROP FUNCTION rights_shelf_hash(text, uuid, bigint, bigint, text, text, text, text);",
        ),
        append_only("rights_decision"),
        dated_by_clock("rights_decision"),
        migrations.RunSQL(_deciders.DECIDERS, _deciders.DROP_DECIDERS),
        migrations.RunSQL(_parties.WHO_MAY, _parties.DROP_WHO_MAY),
        migrations.RunSQL(_parties.PARTIES, _parties.DROP_PARTIES),
        migrations.RunSQL(_identifiers.IDENTIFIERS, _identifiers.DROP_IDENTIFIERS),
        migrations.RunSQL(_claims.PREFIXES, _claims.DROP_PREFIXES),
        *write_once("rights_isrcprefix", "ended_at", "ended_by", until="ended_at"),
        migrations.RunSQL(_claims.CLAIMS, _claims.DROP_CLAIMS),
        migrations.RunSQL(_works.OWNERS_OF_WORKS, _works.DROP_OWNERS_OF_WORKS),
        migrations.RunSQL(_works.WORKS, _works.DROP_WORKS),
        never_removed(
            "rights_claim",
            "live_until",
            "ended_by",
            "confirmed_at",
            "confirmed_by",
            "disputed_at",
            "settled_at",
            "settled_by",
            "note",
        ),
        migrations.RunSQL(_agreements.SCHEMES, _agreements.DROP_SCHEMES),
        append_only("rights_splitscheme"),
        append_only("rights_splitline"),
        migrations.RunSQL(_agreements.AGREEMENTS, _agreements.DROP_AGREEMENTS),
        # Whoever may change a row may lock it. No column of an agreement changes: its number and title were accepted.
        *write_once("rights_agreement", "id", until="id"),
        never_removed("rights_agreementversion", "live_from", "ended_at", "ended_by"),
        append_only("rights_agreementparty"),
        append_only("rights_agreementscope"),
        append_only("rights_acceptance"),
        migrations.RunSQL(_parties.GRANTS, _parties.DROP_GRANTS),
        never_removed("rights_grant", "ended_at", "ended_by"),
        migrations.RunSQL(_roster.ROSTER, _roster.DROP_ROSTER),
        never_removed(
            "rights_rosterentry", "answered_at", "answered_by", "accepted", "live_from", "live_until", "ended_by"
        ),
        append_only("rights_clearance"),
        append_only("rights_clearancegrant"),
        append_only("rights_clearancerecording"),
        migrations.RunSQL(_bounds.SHAPE, _bounds.DROP_SHAPE),
        migrations.RunSQL(_bounds.WITHIN, _bounds.DROP_WITHIN),
        migrations.RunSQL(_clearance.ANSWERS, _clearance.DROP_ANSWERS),
        migrations.RunSQL(_bounds.BOUNDS, _bounds.DROP_BOUNDS),
        migrations.RunSQL(_agreement_effect.ANSWERS_SUPPOSING, _agreement_effect.DROP_ANSWERS_SUPPOSING),
        migrations.RunSQL(_clearance.STORED_WHOLE, _clearance.DROP_STORED_WHOLE),
        migrations.RunSQL(_stops.STOPS, _stops.DROP_STOPS),
        append_only("rights_clearancekeyholder"),
        append_only("rights_partydecision"),
        migrations.RunSQL(_keys.KEYS, _keys.DROP_KEYS),
        migrations.RunSQL(_keys.PLACES, _keys.DROP_PLACES),
        never_removed("rights_place", "free_from"),
        migrations.RunSQL(_imports.IMPORTS, _imports.DROP_IMPORTS),
        # After a large import the worker has the tables analyzed at once, and pages are not planned for a few rows.
        migrations.RunSQL(
            "GRANT MAINTAIN ON catalog_recording, catalog_work, catalog_recordingwork, rights_claim TO fanfare_app",
            "REVOKE MAINTAIN ON catalog_recording, catalog_work, catalog_recordingwork, rights_claim FROM fanfare_app",
        ),
        *only_read_committed(
            "rights_party",
            "rights_isrcprefix",
            "rights_claim",
            "rights_agreementversion",
            "rights_agreementparty",
            "rights_agreementscope",
            "rights_acceptance",
            "rights_grant",
            "rights_rosterentry",
            "rights_clearance",
            "rights_decision",
            "rights_partydecision",
            "rights_place",
        ),
    ]
