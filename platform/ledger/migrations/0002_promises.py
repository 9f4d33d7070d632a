"""Entries add up to zero and stay in one book and currency; nothing is changed or removed; hashes form a chain."""

from django.db import migrations

from audit.operations import append_only, dated_by_clock, write_once
from ledger.migrations import _chain, _entries


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("audit", "0002_promises")]
    operations = [
        append_only("ledger_account"),
        append_only("ledger_transaction"),
        append_only("ledger_entry"),
        dated_by_clock("ledger_transaction"),
        migrations.RunSQL(_entries.ENTRIES, _entries.DROP_ENTRIES),
        migrations.RunSQL(_chain.CHAIN, _chain.DROP_CHAIN),
        *write_once("ledger_chainlink", "position", "hash", until="position"),
    ]
