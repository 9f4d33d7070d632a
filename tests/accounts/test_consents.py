import pytest
from django.db import Error, transaction

from accounts import consents
from accounts.models import Consent
from tests.accounts.factories import create_person

pytestmark = pytest.mark.django_db
WORDS = "Mara Veil's team sees how often you listen."


def test_each_consent_and_each_withdrawal_is_stored_with_its_words() -> None:
    ana = create_person("ana")

    consents.give(ana, "artist:12", 1, WORDS)
    consents.withdraw(ana, "artist:12", 1, "You stop hearing from Mara Veil.")
    consents.give(ana, "artist:12", 2, WORDS)

    rows = Consent.objects.order_by("id").values_list("person", "about", "act", "version", "words")
    assert list(rows) == [
        (ana.pk, "artist:12", "given", 1, WORDS),
        (ana.pk, "artist:12", "withdrawn", 1, "You stop hearing from Mara Veil."),
        (ana.pk, "artist:12", "given", 2, WORDS),
    ]


def test_a_stored_consent_can_be_neither_changed_nor_deleted() -> None:
    consents.give(create_person("ana"), "artist:12", 1, WORDS)

    with pytest.raises(Error, match=r"permission denied|history is not changed"), transaction.atomic():
        Consent.objects.update(words="something else")
    with pytest.raises(Error, match=r"permission denied|history is not changed"), transaction.atomic():
        Consent.objects.all().delete()

    assert Consent.objects.get().words == WORDS
