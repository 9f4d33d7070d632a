"""Make one customer at the payment provider for each person who pays."""

import hashlib

from django.db import transaction

from accounts.models import Person
from billing.models import Customer
from billing.provider import get_book, get_provider


def get_or_create(person: Person) -> str:
    """The provider's id of this person. Calls the provider the first time, while this customer's row is locked.

    Whoever asks at the same time waits for the answer. If the answer is lost, the next call gets it by the same key.
    Call it outside a transaction, in which it would lock the person as well.
    """
    book = get_book()
    Customer.objects.bulk_create([Customer(person=person, book=book)], ignore_conflicts=True)
    with transaction.atomic(durable=True):
        customer = Customer.objects.select_for_update().get(person=person, book=book)
        if customer.provider_id is None:
            created = get_provider().customers.create(str(person.pk), email=person.email, key=_key(person, book))
            customer.provider_id = created.id
            customer.save(update_fields=["provider_id"])
        return customer.provider_id


def find(person: Person) -> str | None:
    """The provider's id of this person; None for who never paid."""
    found = Customer.objects.filter(person=person, book=get_book(), provider_id__isnull=False)
    return found.values_list("provider_id", flat=True).first()


def _key(person: Person, book: str) -> str:
    """With the address: the provider refuses a key that comes with another one."""
    return f"customer:{book}:{person.pk}:{hashlib.sha256(person.email.encode()).hexdigest()[:16]}"
