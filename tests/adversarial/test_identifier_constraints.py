"""Raw SQL with the app role against identifiers, countries, kinds, uses and roles that do not exist: refused."""

import random
import string
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.countries import country_names
from catalog.identifiers import InvalidIdentifier, parse_iswc
from catalog.models import Artist
from rights.identifiers import parse_dpid, parse_ipi, parse_isni
from rights.models import Party, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db

CHARACTERS = string.digits + string.ascii_uppercase
PLACES = {
    "rights_is_isni": ["0123456789"] * 15 + ["0123456789X"],
    "rights_is_ipi": ["0123456789"] * 11,
    "rights_is_dpid": [*"PADPIDA", *[CHARACTERS] * 11],
    "catalog_is_iswc": ["T"] + ["0123456789"] * 10,
}
PARSERS = [
    ("rights_is_isni", parse_isni),
    ("rights_is_ipi", parse_ipi),
    ("rights_is_dpid", parse_dpid),
    ("catalog_is_iswc", parse_iswc),
]


def is_whole(code: str, parse: Callable[[str], str]) -> bool:
    try:
        return parse(code) == code
    except InvalidIdentifier:
        return False


@pytest.mark.parametrize(("function", "parse"), PARSERS)
def test_the_database_and_the_code_agree_on_every_check_digit(function: str, parse: Callable[[str], str]) -> None:
    """Every end of 200 random codes, so that each right ending is among them, and codes of other forms."""
    places, chance = PLACES[function], random.Random(7)
    begun = ["".join(chance.choice(place) for place in places[:-2]) for _ in range(200)]
    ends = {first + last for first in places[-2] for last in places[-1]}
    codes = [code + end for code in begun for end in sorted(ends)]
    whole = [code for code in codes if is_whole(code, parse)]
    codes += [*(code[:-1] for code in whole), *(code + "\n" for code in whole), *(code.lower() for code in whole), ""]
    assert len(whole) >= 200

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code FROM unnest(%s::text[]) code WHERE {function}(code)", [codes])
        accepted = [code for (code,) in cursor.fetchall()]

    assert sorted(accepted) == sorted(code for code in codes if is_whole(code, parse))


def test_a_party_has_no_identifier_with_a_typing_mistake(label: Party) -> None:
    for column, right, wrong in (
        ("isni", "000000012150090X", "0000000121500900"),
        ("ipi", "00014107338", "00014107339"),
        ("ipi", "00045620792", "00000000000"),
        ("dpid", "PADPIDA2014122301Q", "PADPIDA2014122302Q"),
    ):
        change = f"UPDATE rights_party SET {column} = %s WHERE id = %s"
        sql(change, right, label.pk)
        refused("_check_", change, wrong, label.pk)
        refused("_check_", change, "", label.pk)


def test_songs_have_no_identifier_with_a_typing_mistake(artist: Artist) -> None:
    song = factories.create_recording(artist)
    work = owners.create_work(song)

    sql("UPDATE catalog_work SET iswc = 'T0345246801' WHERE id = %s", work.pk)
    refused("an_iswc_has", "UPDATE catalog_work SET iswc = 'T0345246802' WHERE id = %s", work.pk)
    refused("an_iswc_has", "INSERT INTO catalog_work (title, iswc) VALUES ('A', '')")
    for isrc in ("", "PTABC26000012", "ptabc2600001", "P1ABC2600001"):
        refused("an_isrc_has|too long", "UPDATE catalog_recording SET isrc = %s WHERE id = %s", isrc, song.pk)


def test_a_party_is_of_a_known_kind() -> None:
    refused("known_kind", "INSERT INTO rights_party (kind, name) VALUES ('bank', 'Salt')")


def test_the_database_knows_the_countries_that_people_choose_from() -> None:
    codes = [first + second for first in string.ascii_uppercase for second in string.ascii_uppercase]
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM unnest(%s::text[]) code WHERE accounts_is_country(code)", [codes])
        known = {code for (code,) in cursor.fetchall()}

    assert known == set(country_names())


@pytest.mark.parametrize("country", ["ZZ", "pt", "P", "EU"])
def test_nothing_is_permitted_or_cleared_for_a_country_that_is_none(artist: Artist, label: Party, country: str) -> None:
    signer = owners.get_signer(label).actor
    grant = "INSERT INTO rights_grant (party_id, use, version, by, country) VALUES (%s, 'remix', 9, %s, %s)"

    sql(grant, label.pk, signer, "PT")
    refused("a_grant_is_for_a_country", grant, label.pk, signer, country)
    refused(
        "a_clearance_is_for_a_country",
        "INSERT INTO rights_clearance (use, artist_id, territory, digest) VALUES (%s, %s, %s, '')",
        *(Use.REMIX, artist.pk, country),
    )
    refused("lives_in_a_country", "UPDATE accounts_person SET country = %s", country)


def test_agreements_name_known_uses_roles_and_countries(label: Party) -> None:
    refused("known_use", "INSERT INTO rights_splitscheme (use, version) VALUES ('karaoke', 1)")
    refused(
        "known_role",
        "WITH scheme AS (INSERT INTO rights_splitscheme (use, version) VALUES ('remix', 77) RETURNING id)"
        " INSERT INTO rights_splitline (scheme_id, role, share) SELECT id, 'bank', 10000 FROM scheme",
    )
    scope = (
        "WITH made AS (INSERT INTO rights_agreement (number, title) VALUES ('R-1', 'R') RETURNING id), version AS ("
        " INSERT INTO rights_agreementversion (agreement_id, version, wording, wording_hash, proposed_by)"
        " SELECT id, 1, 'R', '', 'person:' || (SELECT id FROM accounts_person WHERE is_staff LIMIT 1)"
        " FROM made RETURNING id)"
        " INSERT INTO rights_agreementscope (version_id, use, country) SELECT id, %s, %s FROM version"
    )
    refused("a_scope_is_for_a_known_use", scope, "karaoke", "")
    refused("a_scope_is_for_a_country", scope, "remix", "ZZ")
    sql(scope, "remix", "PT")
    refused(
        "known_use",
        "INSERT INTO rights_grant (party_id, use, version, by) VALUES (%s, 'karaoke', 9, %s)",
        *(label.pk, owners.get_signer(label).actor),
    )


def test_a_role_is_claimed_on_the_kind_of_thing_that_has_it(artist: Artist, label: Party) -> None:
    song = factories.create_recording(artist)
    work = owners.create_work(song)
    claim = (
        "INSERT INTO rights_claim (recording_id, work_id, role, party_id, share, claimed_by)"
        " VALUES (%s, %s, %s, %s, 1000, 'system:command')"
    )
    for recording, of_work, role in (
        (None, work.pk, "recording_owner"),
        (None, work.pk, "featured_artist"),
        (None, work.pk, "session_pool"),
        (song.pk, None, "writer"),
        (song.pk, None, "publisher"),
        (song.pk, work.pk, "writer"),
        (song.pk, None, "platform"),
        (None, None, "writer"),
    ):
        refused("a_claim_is_on_one_recording_or_one_work", claim, recording, of_work, role, label.pk)
