"""The ledger: accounts, transactions, their entries, and the chain of hashes over them. All of it is append-only."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.accounts import CODE_PATTERNS, AccountKind


class Book(models.TextChoices):
    """Which money it is. No transaction has accounts of two books."""

    LIVE = "live"
    TEST = "test"
    SIMULATED = "simulated"


class Account(models.Model):
    """An account of one book in one currency. The chart of accounts (`ledger.accounts`) says which codes there are."""

    book = models.CharField(max_length=9, choices=Book.choices)
    code = models.CharField(max_length=150, db_collation="C", help_text="of the chart of accounts")
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=9, choices=AccountKind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency", "book"], name="one_account_a_code"),
            models.UniqueConstraint(fields=["id", "book", "currency"], name="an_account_its_book_and_currency"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="an_account_is_in_a_book"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="an_account_has_a_currency"),
            models.CheckConstraint(
                condition=Q(
                    *(Q(kind=kind, code__regex=pattern) for kind, pattern in CODE_PATTERNS.items()),
                    _connector=Q.OR,
                ),
                name="an_account_is_in_the_chart",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class Transaction(models.Model):
    """Amounts that moved between accounts at once. Its entries add up to zero (migration 0002)."""

    book = models.CharField(max_length=9, choices=Book.choices)
    key = models.CharField(max_length=200, db_collation="C", help_text="says what it is of, so that it is posted once")
    kind = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, db_constraint=False, related_name="reversed_by", help_text="its opposite"
    )
    facts = models.JSONField(default=dict, help_text="ids and versions alone; never a name or a text")
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "key"], name="a_key_is_posted_once"),
            models.UniqueConstraint(fields=["id", "book", "currency"], name="a_transaction_its_book_and_currency"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_transaction_is_in_a_book"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_transaction_has_a_currency"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(kind=""), name="a_transaction_says_what_it_is_of"),
            models.CheckConstraint(
                condition=Q(reverses=None) | ~Q(reverses=F("id")), name="a_transaction_reverses_another"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One leg of a transaction. Book and currency are those of the transaction and of the account (migration 0002)."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, db_constraint=False, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, db_constraint=False, db_index=False, related_name="entries")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="in minor units; a debit is positive, a credit negative")

    class Meta:
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["account", "transaction"], include=["amount"], name="ledger_by_account")]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="an_entry_moves_something")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class ChainLink(models.Model):
    """The place of a transaction in the chain of hashes. The database writes it: first empty, then once.

    The hash covers the hash before it and the content of the transaction (migration 0002 and `ledger.chain`).
    """

    transaction = models.OneToOneField(Transaction, models.PROTECT, primary_key=True, related_name="link")
    position = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, null=True)

    class Meta:
        indexes = [models.Index(fields=["transaction"], condition=Q(position=None), name="ledger_not_in_the_chain")]
        constraints = [
            models.CheckConstraint(
                condition=Q(position=None, hash=None) | Q(position__gte=1, hash__isnull=False),
                name="a_link_has_a_position_and_a_hash",
            )
        ]

    def __str__(self) -> str:
        return f"link:{self.position}"
