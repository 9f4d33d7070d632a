import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import tokens
from accounts.exceptions import TokenRefused
from accounts.models import Person, Token
from audit.models import Entry
from tests.accounts.factories import create_person, switch_off

pytestmark = pytest.mark.django_db


def test_a_token_authenticates_its_person_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana = create_person("ana")
    _, secret = tokens.create(ana, "my phone", by=ana)
    tokens.create(create_person("eve"), "hers", by=Person.objects.get(handle="eve"))

    with django_assert_num_queries(1):
        person = tokens.authenticate(secret)
        assert person is not None
        assert person.handle == "ana"


def test_the_secret_is_not_stored() -> None:
    ana = create_person("ana")

    token, secret = tokens.create(ana, "my phone", by=ana)

    stored = [str(row) for row in [*Token.objects.values(), *Entry.objects.values()]]
    assert [secret in row for row in stored] == [False, False]
    assert ["my phone" in row for row in stored] == [True, False]
    assert list(Entry.objects.values_list("action", "actor", "subject", "facts")) == [
        ("token.made", ana.actor, f"token:{token.pk}", {"person": ana.actor})
    ]


def test_a_revoked_token_stops_working_at_once() -> None:
    ana = create_person("ana")
    token, secret = tokens.create(ana, "my phone", by=ana)

    tokens.revoke(token, by=ana)
    tokens.revoke(token, by=ana)

    assert tokens.authenticate(secret) is None
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["token.made", "token.revoked"]


def test_a_token_of_a_switched_off_person_does_not_work() -> None:
    ana = create_person("ana")
    _, secret = tokens.create(ana, "my phone", by=ana)

    switch_off(ana)

    assert tokens.authenticate(secret) is None


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "я", "a" * 100_000])
def test_nonsense_is_not_a_token(secret: str) -> None:
    ana = create_person("ana")
    tokens.create(ana, "my phone", by=ana)

    assert tokens.authenticate(secret) is None


def test_a_token_is_created_by_its_person_and_revoked_by_them_or_staff() -> None:
    ana, eve, staff = create_person("ana"), create_person("eve"), create_person("staff", is_staff=True)
    token, secret = tokens.create(ana, "my phone", by=ana)

    for by in (eve, staff):
        with pytest.raises(TokenRefused, match="made by the person whose listens it may send"):
            tokens.create(ana, "spy", by=by)
    with pytest.raises(TokenRefused):
        tokens.revoke(token, by=eve)

    assert tokens.authenticate(secret) == ana
    tokens.revoke(token, by=staff)
    assert tokens.authenticate(secret) is None


def test_a_person_has_at_most_fifty_tokens_that_are_not_revoked() -> None:
    ana = create_person("ana")
    created = [tokens.create(ana, f"{number}", by=ana)[0] for number in range(tokens.MAX_TOKENS_PER_PERSON)]

    with pytest.raises(TokenRefused, match="You have 50 tokens"):
        tokens.create(ana, "one more", by=ana)
    tokens.revoke(created[0], by=ana)
    tokens.create(ana, "one more", by=ana)

    assert Token.objects.usable().count() == tokens.MAX_TOKENS_PER_PERSON
