import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import tokens
from accounts.models import Person, Token
from audit.models import Entry
from tests.accounts.people import someone

pytestmark = pytest.mark.django_db


def test_a_token_opens_the_door_for_its_person(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana = someone("ana")
    _, secret = tokens.make(ana, "my phone", by=ana)
    tokens.make(someone("eve"), "hers", by=Person.objects.get(handle="eve"))

    with django_assert_num_queries(1):
        found = tokens.holder(secret)
        assert found is not None
        assert found.handle == "ana"


def test_the_secret_is_stored_nowhere() -> None:
    ana = someone("ana")

    token, secret = tokens.make(ana, "my phone", by=ana)

    stored = [str(row) for row in [*Token.objects.values(), *Entry.objects.values()]]
    assert [secret in row for row in stored] == [False, False]
    assert ["my phone" in row for row in stored] == [True, False]
    assert list(Entry.objects.values_list("action", "actor", "subject", "facts")) == [
        ("token.made", ana.actor, f"token:{token.pk}", {"person": ana.actor})
    ]


def test_a_revoked_token_opens_nothing_at_once() -> None:
    ana = someone("ana")
    token, secret = tokens.make(ana, "my phone", by=ana)

    tokens.revoke(token, by=ana)
    tokens.revoke(token, by=ana)

    assert tokens.holder(secret) is None
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["token.made", "token.revoked"]


def test_a_token_of_somebody_who_is_switched_off_opens_nothing() -> None:
    ana = someone("ana")
    _, secret = tokens.make(ana, "my phone", by=ana)

    Person.objects.update(is_active=False)

    assert tokens.holder(secret) is None


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "я", "a" * 100_000])
def test_nonsense_opens_nothing(secret: str) -> None:
    ana = someone("ana")
    tokens.make(ana, "my phone", by=ana)

    assert tokens.holder(secret) is None


def test_nobody_makes_or_revokes_somebody_elses_token() -> None:
    ana, eve, staff = someone("ana"), someone("eve"), someone("staff", is_staff=True)
    token, secret = tokens.make(ana, "my phone", by=ana)

    for by in (eve, staff):
        with pytest.raises(tokens.Refused, match="made by the person whose listens it may send"):
            tokens.make(ana, "spy", by=by)
    with pytest.raises(tokens.Refused):
        tokens.revoke(token, by=eve)

    assert tokens.holder(secret) == ana
    tokens.revoke(token, by=staff)
    assert tokens.holder(secret) is None


def test_there_is_a_bound_to_usable_tokens_and_revoking_makes_room() -> None:
    ana = someone("ana")
    made = [tokens.make(ana, f"{number}", by=ana)[0] for number in range(tokens.MOST)]

    with pytest.raises(tokens.Refused, match="You have 50 tokens"):
        tokens.make(ana, "one more", by=ana)
    tokens.revoke(made[0], by=ana)
    tokens.make(ana, "one more", by=ana)

    assert Token.objects.usable().count() == tokens.MOST
