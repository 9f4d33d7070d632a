"""Raw SQL with the app role against bounds of agreements and limits of artists: what cannot be compared is refused."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ai.remix.bounds import OuterBounds
from ai.remix.canonical import InvalidValue
from ai.remix.envelope import MAX_GAIN, MAX_PITCH, MAX_REPEATS, MAX_SECONDS, MAX_TEMPO, MIN_GAIN, MIN_TEMPO
from rights import agreements
from rights.agreements import Terms
from rights.models import Party
from tests import factories
from tests.adversarial.test_database_constraints import refused
from tests.adversarial.test_envelope_constraints import draw_changes
from tests.ai.remix.samples import make_envelope, make_source
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
ADD = (
    "INSERT INTO rights_agreementversion (agreement_id, version, wording, wording_hash, remix_bounds, proposed_by)"
    " VALUES (%s, 9, 'x', '', %s, 'x')"
)
EXPORT = {"stream": True, "download": True, "share": False}
EDGES: dict[str, list[Any]] = {
    "tempo_percent": [[MIN_TEMPO, MAX_TEMPO], [MIN_TEMPO - 1, 100], [100, MAX_TEMPO + 1], [101, 100], [90]],
    "pitch_semitones": [[-MAX_PITCH, MAX_PITCH], [-MAX_PITCH - 1, 0], [0, MAX_PITCH + 1]],
    "vocals_pitch_semitones": [0, MAX_PITCH, -1, MAX_PITCH + 1],
    "seconds": [[1, MAX_SECONDS], [0, 9], [9, MAX_SECONDS + 1]],
    "max_times": [1, MAX_REPEATS, 0, MAX_REPEATS + 1],
    "order": ["recorded", "free", "any"],
    "may_not_mute": [[], ["drums", "vocals-2"], ["Drums"], ["a" * 41], ["a--b"], ["a\n"], [["drums"]], "drums"],
    "gain_half_db": [{}, {"drums": [MIN_GAIN, MAX_GAIN]}, {"bass": [MIN_GAIN - 1, 0]}, {"bass": [0, MAX_GAIN + 1]},
        {"Bass": [0, 0]}, {"bass": 0}, {"bass": [0, 0], "drums": None}],
    "rooms": [[], ["none", "hall"], ["cellar"], [["hall"]], "hall", {"hall": True}],
    "colours": [[], ["warm", "radio", "echo", "none"], ["red"]],
    "export": [EXPORT, {"stream": True}, EXPORT | {"share": "yes"}, EXPORT | {"sell": True}, {"share": True}],
    "expires": ["2027-02-28", "2027-02-30", "0000-01-01", "tomorrow", "2027-02-28T00:00:00", "9999-12-31", 20270228],
    "loudness": [3],
}  # fmt: skip
WRONG = [
    *(None, True, 1, 90.5, "90", [], {}, [90, 95, 99], ["90", "110"], [90.0, 110], [None, None], [[90], 110]),
    {"0": 90, "1": 110},
]


def ask(function: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", values)
        return cursor.fetchone()[0]


def can_be_read(text: str) -> bool:
    try:
        OuterBounds.parse(text)
    except InvalidValue:
        return False
    return True


def test_bounds_of_wrong_types_are_refused_so_no_question_about_a_song_can_fail_on_them(db: None) -> None:
    artist = factories.create_artist()
    label = owners.create_party(Party.Kind.LABEL, "Harbor Lane")
    members = [label, Party.objects.get(artist=artist)]
    agreement = agreements.propose("B-1", members, Terms("Words.", ()), by=owners.get_signer(label)).agreement_id

    texts = ["[1]", "{", "null", '{"max_times": 1, "max_times": "x"}', '{"tempo_percent": [9e1, 110]}', " "]
    for text in [*texts, *(json.dumps({name: value}) for name in EDGES for value in WRONG if value not in EDGES[name])]:
        if not can_be_read(text):
            refused("bounds_can_be_read", ADD, agreement, text)


@hypothesis_settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_takes_the_bounds_that_the_code_can_read_and_no_others(db: None, data: Any) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(EDGES)), min_size=1, max_size=3))
    text = json.dumps(
        {name: data.draw(st.sampled_from([*EDGES[name], *EDGES[name], *WRONG])) for name in sorted(names)}
    )
    limits = make_envelope(make_source()).to_json()

    is_taken = ask("rights_are_bounds(%s::json)", text)

    assert is_taken is True or not can_be_read(text) or "null" in text
    if is_taken:
        assert can_be_read(text)
        assert ask("rights_is_within(%s::jsonb, %s::jsonb) IN (true, false)", limits, text)


@hypothesis_settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_takes_every_envelope_and_can_compare_all_that_it_takes(db: None, data: Any) -> None:
    whole = make_envelope(make_source(), **draw_changes(data))
    limits: dict[str, Any] = json.loads(whole.to_json())
    assert ask("artists_are_limits(%s::json)", whole.to_json()) is True

    place = data.draw(st.sampled_from([limits, limits["stems"], limits["stems"]["drums"], limits["sections"]["verse"],
        limits["vocals"], limits["export"]]))  # fmt: skip
    place[data.draw(st.sampled_from([*sorted(place), "more"]))] = data.draw(st.sampled_from(WRONG))
    text = json.dumps(limits)

    if ask("artists_are_limits(%s::json)", text):
        bounds = json.dumps({name: values[0] for name, values in EDGES.items() if name != "loudness"})
        assert ask("rights_is_within(%s::jsonb, %s::jsonb) IN (true, false)", text, bounds)
        assert ask("artists_is_narrower(%s::jsonb, %s::jsonb) IN (true, false)", text, whole.to_json())
