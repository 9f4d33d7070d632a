"""How a request ends: each cell of the table in docs/requests.md, what people read, and two events at once."""

from itertools import groupby, product

import pytest

from artists.models import Draft
from artists.requests.endings import (
    EVENTS_BY_REASON,
    FAN_WORDS,
    REASONS,
    Effect,
    Event,
    Money,
    Stage,
    find_outcome,
)
from config import BASE_DIR


def read_tables() -> list[list[list[str]]]:
    """Each table of the page, as its rows of cells."""
    lines = (BASE_DIR / "docs/requests.md").read_text().splitlines()
    tables = [list(group) for is_row, group in groupby(lines, lambda line: line.startswith("|")) if is_row]
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table] for table in tables]


(STAGES, _, *ROWS), (_, _, *WORDS) = read_tables()
TABLE = {(row[0], stage): cell for row in ROWS for stage, cell in zip(STAGES[1:], row[1:], strict=True)}


@pytest.mark.parametrize(("event", "stage"), [*product(Event, Stage)])
def test_each_cell_of_the_table_is_what_happens(event: Event, stage: Stage) -> None:
    outcome = find_outcome(stage, event)
    money = outcome.money if outcome.effect == Effect.ENDS else ""
    assert TABLE[event, stage] == ", ".join(filter(None, (outcome.effect, outcome.draft, money)))


def test_the_words_on_the_page_are_those_that_people_read() -> None:
    assert [[event, FAN_WORDS[event], REASONS.get(event, "as found")] for event in Event] == WORDS


def test_the_table_has_no_other_cells() -> None:
    assert TABLE.keys() == {(str(event), str(stage)) for event, stage in product(Event, Stage)}


@pytest.mark.parametrize(("event", "stage"), [*product(Event, Stage)])
def test_what_ends_gives_everything_back_unless_the_bank_has_it(event: Event, stage: Stage) -> None:
    outcome = find_outcome(stage, event)
    gone = event in (Event.REFUNDED, Event.DISPUTED)
    ended = Money.GONE if gone else Money.BACK
    assert outcome.money == (ended if outcome.effect == Effect.ENDS else Money.STAYS)


STATES = {
    (Stage.REVIEW, Event.TAKEN_BACK): "withdrawn",
    (Stage.REVIEW, Event.OPTED_OUT): "withdrawn",
    (Stage.REVIEW, Event.HOLD_LOST): "withdrawn",
    (Stage.REVIEW, Event.DECLINED): "declined",
    (Stage.REVIEW, Event.SILENCE): "expired",
    (Stage.APPROVED, Event.DECLINED): "declined",
    (Stage.APPROVED, Event.UNCLEARED): "undeliverable",
    (Stage.CAPTURING, Event.CAPTURE_FAILED): "undeliverable",
    (Stage.PAID, Event.PAUSED): "undeliverable",
    (Stage.PAID, Event.OUTDATED): "withdrawn",
    (Stage.PAID, Event.DISPUTED): "undeliverable",
    (Stage.ASKED, Event.UNSAYABLE): "",
    (Stage.PAYING, Event.UNPAID): "",
}


@pytest.mark.parametrize(("stage", "event"), STATES)
def test_what_becomes_of_the_draft(stage: Stage, event: Event) -> None:
    assert find_outcome(stage, event).draft == STATES[stage, event]


def test_whatever_ends_a_request_says_so_to_the_fan_and_to_the_team() -> None:
    assert FAN_WORDS.keys() == set(Event)
    changed = {
        event
        for event, stage in product(Event, Stage)
        if find_outcome(stage, event).draft in (Draft.State.WITHDRAWN, Draft.State.UNDELIVERABLE)
    }
    assert changed - REASONS.keys() <= set(EVENTS_BY_REASON.values())
