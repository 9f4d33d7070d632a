"""Links on artists' pages: https, to a real host, and without what tracks fans."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.links import InvalidLink, parse_link
from catalog.models import ArtistLink
from tests import factories


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://example.com", "https://example.com"),
        (" example.com/shop ", "https://example.com/shop"),
        ("HTTPS://Example.COM/Shop?a=1#b", "https://example.com/Shop?a=1#b"),
        ("https://bücher.example/ö", "https://xn--bcher-kva.example/%C3%B6"),
        (
            "https://mara-veil.bandcamp.com/album/salt?from=hpbcw",
            "https://mara-veil.bandcamp.com/album/salt?from=hpbcw",
        ),
    ],
)
def test_a_link_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert parse_link(typed) == stored


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("http://example.com", "Only links that begin with https:// are shown."),
        ("javascript://example.com/%0aalert(1)", "Only links that begin with https:// are shown."),
        ("javascript:alert(1)", "This is no address of a page."),
        ("data:text/html,x", "This is no address of a page."),
        ("https://user@example.com", "This is no address of a page."),
        ("https://bank.example@evil.example", "This is no address of a page."),
        ("https://example.com:8443/", "This is no address of a page."),
        ("https://localhost/", "This is no address of a page."),
        ("https://127.0.0.1/", "This is no address of a page."),
        ("https://[::1]/", "This is no address of a page."),
        ("https://[::1/", "This is no address of a page."),
        ("https://", "This is no address of a page."),
        ("https://exa mple.com", "This is no address of a page."),
        ("https://.example.com", "This is no address of a page."),
        ("https://example..com", "This is no address of a page."),
        ("https://" + "a" * 300 + ".com", "This is no address of a page."),
        ("https://example.com/" + "a" * 200, "A link has at most 200 characters."),
        ("https://example.com/?utm_source=fanfare", "“utm_source” in this link tracks fans. Leave it out."),
        ("https://example.com/?a=1&FBCLID=", "“FBCLID” in this link tracks fans. Leave it out."),
    ],
)
def test_any_other_link_is_refused_with_what_to_change(typed: str, problem: str) -> None:
    with pytest.raises(InvalidLink) as refusal:
        parse_link(typed)

    assert str(refusal.value).startswith(problem)


@given(st.text(max_size=60) | st.text(alphabet="htps:/.@#?%[]\\ \t\nab1-_", max_size=60).map("https://".__add__))
@example("https://a.b/\t/\n")
def test_whatever_is_typed_becomes_a_safe_link_or_is_refused(typed: str) -> None:
    try:
        link = parse_link(typed)
    except InvalidLink:
        return

    assert link.startswith("https://")
    assert link.isascii()
    assert not set(link) & set(" \"<>\\\t\n\r'`")
    assert parse_link(link) == link


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("position", "url"),
    [
        (5, "https://example.com"), (0, "http://example.com"), (0, "javascript:alert(1)"), (0, "https://example.com/\n"),
        (0, "https://a@example.com"), (0, "https://localhost"), (0, "https://example.com/ü"),
    ],
)  # fmt: skip
def test_the_database_takes_only_a_few_safe_links(position: int, url: str) -> None:
    artist = factories.create_artist()

    with pytest.raises(IntegrityError), transaction.atomic():
        ArtistLink.objects.create(artist=artist, position=position, label="Shop", url=url)
