import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import tokens
from accounts.exceptions import TokenRefused
from accounts.models import Person, Token
from audit.models import Entry
from tests.accounts.factories import create_person

pytestmark = pytest.mark.django_db


def test_a_token_opens_the_door_for_its_person(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana = create_person("ana")
    _, secret = tokens.create(ana, "my phone", by=ana)
    tokens.create(create_person("eve"), "hers", by=Person.objects.get(handle="eve"))

    with django_assert_num_queries(1):
        found = tokens.authenticate(secret)
        assert found is not None
        assert found.handle == "ana"


def test_the_secret_is_stored_nowhere() -> None:
    ana = create_person("ana")

    token, secret = tokens.create(ana, "my phone", by=ana)

    stored = [str(row) for row in [*Token.objects.values(), *Entry.objects.values()]]
    assert [secret in row for row in stored] == [False, False]
    assert ["my phone" in row for row in stored] == [True, False]
    assert list(Entry.objects.values_list("action", "actor", "subject", "facts")) == [
        ("token.made", ana.actor, f"token:{token.pk}", {"person": ana.actor})
    ]


def test_a_revoked_token_opens_nothing_at_once() -> None:
    ana = create_person("ana")
    token, secret = tokens.create(ana, "my phone", by=ana)

    tokens.revoke(token, by=ana)
    tokens.revoke(token, by=ana)

    assert tokens.authenticate(secret) is None
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["token.made", "token.revoked"]


def test_a_token_of_somebody_who_is_switched_off_opens_nothing() -> None:
    ana = create_person("ana")
    _, secret = tokens.create(ana, "my phone", by=ana)

    Person.objects.update(is_active=False)

    assert tokens.authenticate(secret) is None


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "я", "a" * 100_000])
def test_nonsense_opens_nothing(secret: str) -> None:
    ana = create_person("ana")
    tokens.create(ana, "my phone", by=ana)

    assert tokens.authenticate(secret) is None


def test_nobody_makes_or_revokes_somebody_elses_token() -> None:
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


def test_there_is_a_bound_to_usable_tokens_and_revoking_makes_room() -> None:
    ana = create_person("ana")
    made = [tokens.create(ana, f"{number}", by=ana)[0] for number in range(tokens.MAX_TOKENS_PER_PERSON)]

    with pytest.raises(TokenRefused, match="You have 50 tokens"):
        tokens.create(ana, "one more", by=ana)
    tokens.revoke(made[0], by=ana)
    tokens.create(ana, "one more", by=ana)

    assert Token.objects.usable().count() == tokens.MAX_TOKENS_PER_PERSON
