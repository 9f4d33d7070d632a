"""Who says what to the uses of songs, party by party, for pages that show one party's switches beside the others."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

# The function is the one that clears: pages have no reading of their own.
_SQL = """
SELECT (%(uses)s::text[])[answer.n], answer.recording_id, answer.party_id, answer.role, answer.problem,
    coalesce(party.name, artist.name, ''), coalesce(party.kind, 'artist')
FROM rights_answers(%(uses)s, %(blank)s, %(artists)s, %(blank)s, %(songs)s, statement_timestamp()) answer
LEFT JOIN rights_party party ON party.id = answer.party_id
LEFT JOIN catalog_artist artist ON answer.role = 'artist' AND artist.id = (%(artists)s::bigint[])[1]
ORDER BY answer.recording_id, answer.role <> 'artist', answer.role, answer.party_id, answer.n
"""


class Answer(NamedTuple):
    """What one party says to one use of one recording, everywhere. Of unknown owners there is no party."""

    use: str
    recording: int
    party: int | None
    role: str
    problem: str
    """Empty where the party says yes."""
    name: str
    kind: str


def list_answers(artist: int, recordings: Sequence[int], uses: Sequence[str]) -> list[Answer]:
    """Everybody's answer to each use of each recording of an artist, in one query."""
    if not recordings:
        return []
    songs = f"{{{','.join(map(str, recordings))}}}"
    values: dict[str, Any] = {"uses": list(uses), "artists": [artist] * len(uses)}
    values |= {"blank": [""] * len(uses), "songs": [songs] * len(uses)}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        return [Answer(*row) for row in cursor.fetchall()]
