"""The card of an experience in the feed."""

import pytest
from django.template.loader import render_to_string

from tests import factories
from tests.pages.html_page import HOSTILE_NAME, HTMLPage


@pytest.mark.django_db
def test_the_parts_of_a_card_keep_their_order() -> None:
    artist = factories.create_artist()
    experience = factories.create_experience(artist)

    html = render_to_string("fans/_experience_card.html", {"experience": experience})

    parts = [
        'class="sleeve"',
        'class="by"',
        'class="words"',
        'class="mark"',
        'class="because"',
        'class="card-actions"',
        "/r/",
    ]
    positions = [html.index(part) for part in parts]
    assert positions == sorted(positions)
    assert HTMLPage(html).inline_code == []
    assert "You got this because you reached 3 listens of Mara Veil" in HTMLPage(html).words


@pytest.mark.django_db
def test_a_withdrawn_or_erased_card_keeps_its_receipt() -> None:
    experience = factories.create_experience(factories.create_artist())
    experience.text = experience.why = None
    erased = HTMLPage(render_to_string("fans/_experience_card.html", {"experience": experience}))
    experience.withdrawn_at = factories.NOON
    withdrawn = HTMLPage(render_to_string("fans/_experience_card.html", {"experience": experience}))

    assert "The words were erased. The receipt stays." in erased.words
    assert "Taken back 1 Nov 2026 . The words are gone; the receipt stays." in withdrawn.words
    for page in (erased, withdrawn):
        assert [found["href"] for found in page.all("a")][-1] == f"/r/{experience.receipt_key}"


@pytest.mark.django_db
def test_a_text_with_markup_is_shown_as_text() -> None:
    experience = factories.create_experience(factories.create_artist(HOSTILE_NAME))
    experience.text = HOSTILE_NAME * 50

    page = HTMLPage(render_to_string("fans/_experience_card.html", {"experience": experience}))

    assert page.inline_code == []
    assert page.all("b", onmouseover="x") == []
    assert [found["dir"] for found in page.all("p", class_="words")] == ["auto"]
