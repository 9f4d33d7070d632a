"""Which models operators see, and which of their fields are shown, hidden until revealed, or never shown.

A field that stands in none of the three fails a test: whoever adds one decides here.
"""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Invitation, Member, Person, Team, Token
from artists.models import Draft, ExperienceRequest, Moment, Program, ProgramVersion
from audit.models import Entry
from catalog.models import Artist
from config.admin.read_only import ReadOnlyAdmin
from config.admin.reveals import count_reveal, record_find
from config.admin.site import site
from events.models import DeadLetter, Outbox
from fans.models import Experience, OptIn
from ledger.models import Account, Transaction
from ledger.models import Entry as LedgerEntry
from listens.models import Listen, Source
from rights.models import Decision, Grant
from trust.models import Report


@admin.register(Person, site=site)
class PersonAdmin(ReadOnlyAdmin):
    """Found by id, or by an e-mail address or handle, which the audit notes. A list would tell nothing."""

    list_display = ("id", "is_staff", "is_active", "joined_at")
    shown = ("id", "is_staff", "is_active", "joined_at", "last_login")
    hidden = ("email", "handle", "name", "country", "age_band", "time_zone")
    secret = ("password",)
    max_rows = 0
    find_by = "Id, e-mail address or handle"
    related = (
        ("Experiences", "fans_experience", "person"),
        ("Shelf entries", "fans_shelfentry", "person"),
        ("Drafts", "artists_draft", "person"),
        ("Moments", "artists_moment", "person"),
        ("Listens", "listens_listen", "person"),
        ("Opt-ins", "fans_optin", "person"),
        ("Tokens", "accounts_token", "person"),
        ("Teams", "accounts_member", "person"),
        ("Changes of age", "accounts_agechange", "person"),
        ("Customers", "billing_customer", "person"),
        ("Subscriptions", "billing_subscription", "person"),
        ("Entitlements", "billing_entitlement", "person"),
        ("Orders", "billing_checkout", "person"),
        ("Holds", "billing_authorisation", "person"),
        ("Closures", "billing_closure", "person"),
        ("What this person did", "audit_entry", "actor"),
    )

    def find(self, request: HttpRequest, key: str) -> Person | None:
        by_id: Person | None = self.get_object(request, key)
        return by_id or self._find_by_name(cast(Person, request.user), key.lower())

    def _find_by_name(self, operator: Person, key: str) -> Person | None:
        """Counted as a reveal, found or not: the answer says whether somebody has an account."""
        count_reveal(operator)
        field = "email" if "@" in key else "handle"
        found = Person.objects.filter(**{field: key}).only("id").first()
        if found:
            record_find(self.subject(found), field, by=operator)
        return found


@admin.register(Team, site=site)
class TeamAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "created_at")
    shown = ("id", "name", "kind", "created_at")
    related = (("Members", "accounts_member", "team"), ("Invitations", "accounts_invitation", "team"))


@admin.register(Member, site=site)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("id", "team_id", "person_id", "role", "since")
    shown = ("id", "team", "person", "role", "signs_for", "since")
    filters = ("team", "person")


@admin.register(Invitation, site=site)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("id", "team_id", "role", "created_at", "ended_at", "outcome")
    shown = ("id", "team", "role", "invited_by", "created_at", "expires_at", "ended_at", "outcome")
    hidden = ("email",)
    secret = ("digest",)
    filters = ("team",)


@admin.register(Token, site=site)
class TokenAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "created_at", "revoked_at")
    shown = ("id", "person", "created_at", "revoked_at")
    hidden = ("name",)
    secret = ("digest",)
    filters = ("person",)


@admin.register(Artist, site=site)
class ArtistAdmin(ReadOnlyAdmin):
    """All of it is public."""

    list_display = ("id", "name", "slug", "team_id", "created_at", "left_at")
    shown = ("id", "team", "name", "slug", "mbid", "spot", "about", "picture", "created_at", "left_at")
    related = (
        ("Programs", "artists_program", "artist"),
        ("Drafts", "artists_draft", "artist"),
        ("Grants", "rights_grant", "artist"),
        ("Shelf entries", "fans_shelfentry", "artist"),
        ("Reports", "trust_report", "artist"),
    )


@admin.register(Program, site=site)
class ProgramAdmin(ReadOnlyAdmin):
    list_display = ("id", "artist_id", "name", "state")
    shown = ("id", "artist", "kind", "name", "state", "current", "paused_because", "reports_from", "created_at")
    filters = ("artist",)
    related = (("Versions", "artists_programversion", "program"), ("Reports", "trust_report", "program"))


@admin.register(ProgramVersion, site=site)
class ProgramVersionAdmin(ReadOnlyAdmin):
    list_display = ("id", "program_id", "version", "moment", "nth", "decision_id")
    shown = ("id", "program", "artist", "version", "moment", "nth", "recording", "audience", "terms",
             "review_seconds", "shape_hash", "decision", "by", "created_at")  # fmt: skip
    hidden = ("wording",)
    filters = ("program",)


class ReasonKindAdmin(ReadOnlyAdmin):
    """For models whose `reason` begins with its kind and a colon; what follows may quote people."""

    @admin.display(description="kind of reason")
    def reason_kind(self, found: Any) -> str:
        return str(found.reason.partition(":")[0])


@admin.register(Moment, site=site)
class MomentAdmin(ReasonKindAdmin):
    """The recording is hidden: it says what a fan listened to."""

    list_display = ("id", "program_id", "person_id", "point", "state", "noticed_at")
    shown = ("id", "program", "version", "person", "point", "listen", "state", "reason_kind", "render", "noticed_at")
    hidden = ("recording", "reason")
    filters = ("person",)


@admin.register(Draft, site=site)
class DraftAdmin(ReasonKindAdmin):
    list_display = ("id", "artist_id", "person_id", "state", "mark", "written_at", "settled_at")
    shown = ("id", "moment", "replaces", "version", "person", "artist", "use", "clearance", "state", "reason_kind",
             "revision", "maker", "team_typed", "mark", "credit", "content_hash", "why_hash", "decision", "written_at",
             "deadline", "decided_by", "decided_at", "deliver_after", "day", "settled_at", "held_by",
             "held_until")  # fmt: skip
    hidden = ("text", "original_text", "facts", "why", "reason")
    secret = ("salt",)
    filters = ("person", "artist")


@admin.register(ExperienceRequest, site=site)
class ExperienceRequestAdmin(ReadOnlyAdmin):
    """What the fan chose is hidden as the names are: together they tell of somebody else."""

    list_display = ("id", "person_id", "artist_id", "state", "ending", "paid_by", "created_at")
    shown = ("id", "person", "artist", "program", "version", "consent", "paid_by", "amount", "currency", "state",
             "ending", "moment", "created_at", "ended_at", "told_at")  # fmt: skip
    hidden = ("recipient", "occasion", "relation", "event", "day", "recording", "note")
    filters = ("person", "artist")


@admin.register(Experience, site=site)
class ExperienceAdmin(ReadOnlyAdmin):
    """The key of the receipt is hidden, because it opens the receipt's page."""

    list_display = ("id", "person_id", "artist_id", "draft", "kind", "mark", "delivered_at", "withdrawn_at")
    shown = ("id", "person", "artist", "draft", "kind", "mark", "credit", "maker", "program", "program_version",
             "content_hash", "why_hash", "decision", "use", "clearance", "after_end", "delivered_at", "opened_at",
             "withdrawn_at")  # fmt: skip
    hidden = ("text", "why", "receipt_key")
    secret = ("salt",)
    filters = ("person",)


@admin.register(OptIn, site=site)
class OptInAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "artist_id", "since", "ended_at")
    shown = ("id", "person", "artist", "consent", "since", "ended_at", "withdrawal_started_at", "looked_back_at",
             "asked_version")  # fmt: skip
    filters = ("person",)


@admin.register(Listen, site=site)
class ListenAdmin(ReadOnlyAdmin):
    """What was played is hidden, also where it is said by a recording, a code or a client's own words."""

    list_display = ("id", "person_id", "accepted_at", "counted_at", "origin", "set_aside", "duplicate_of_id",
                    "retracted_at")  # fmt: skip
    shown = ("id", "person", "source", "started_at", "second", "duration_ms", "played_ms", "time_basis", "origin",
             "accepted_at", "counted_at", "set_aside", "duplicate_of", "duplicate_reason", "is_separate",
             "retracted_at", "key_version")  # fmt: skip
    hidden = ("title", "artist_credit", "album", "isrc", "recording_mbid", "recording", "event_id", "client", "extra")
    secret = ("text_key",)
    filters = ("person",)


@admin.register(Source, site=site)
class SourceAdmin(ReadOnlyAdmin):
    """A producer of listen events; one without a topic is one of our own APIs."""

    list_display = ("id", "uri", "topic_id")
    shown = ("id", "uri", "topic")


@admin.register(Outbox, site=site)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("id", "topic", "created_at", "keep_until_counted", "partition", "offset")
    shown = ("id", "topic", "keep_until_counted", "created_at", "topic_id", "partition", "offset")
    hidden = ("key", "value", "headers")


@admin.register(DeadLetter, site=site)
class DeadLetterAdmin(ReadOnlyAdmin):
    """The reason is hidden, for it may quote the record."""

    list_display = ("id", "topic", "partition", "offset", "stored_at", "replayed_at")
    shown = ("id", "topic", "topic_id", "partition", "offset", "is_complete", "stored_at", "replayed_at")
    hidden = ("reason", "key", "value", "headers")


@admin.register(Grant, site=site)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ("id", "party_id", "artist_id", "use", "version", "live_from", "ended_at")
    shown = ("id", "party", "artist", "use", "tier_class", "recording", "work", "country", "allows", "covers_later",
             "after_end", "version", "by", "at", "live_from", "live_until", "ended_at", "ended_by",
             "agreement_version")  # fmt: skip
    filters = ("artist",)


@admin.register(Decision, site=site)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "artist_id", "kind", "by", "role", "under_id", "at")
    shown = ("id", "artist", "kind", "content_hash", "shape_hash", "envelope_hash", "shelf_hash", "why_hash", "by",
             "role", "under", "heard_seconds", "at")  # fmt: skip


@admin.register(Report, site=site)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("id", "artist", "program", "reason", "state", "at", "handled_at")
    shown = ("id", "by", "subject", "artist", "program", "audience", "reason", "at", "to_count", "state",
             "handled_by", "handled_at")  # fmt: skip
    hidden = ("listens", "words", "shown", "note")
    filters = ("artist", "program")


@admin.register(Account, site=site)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("id", "book", "code", "currency", "kind")
    shown = ("id", "book", "code", "currency", "kind")
    related = (("Entries", "ledger_entry", "account"),)


@admin.register(Transaction, site=site)
class TransactionAdmin(ReadOnlyAdmin):
    """The ledger holds ids and versions alone, so all of it is shown."""

    list_display = ("id", "at", "book", "kind", "key", "currency")
    shown = ("id", "at", "book", "kind", "key", "currency", "reverses", "facts")
    filters = ("reverses",)
    related = (("Entries", "ledger_entry", "transaction"), ("What reverses it", "ledger_transaction", "reverses"))


@admin.register(LedgerEntry, site=site)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "transaction_id", "account_id", "amount", "currency", "book")
    shown = ("id", "transaction", "account", "amount", "currency", "book")
    filters = ("account", "transaction")


@admin.register(Entry, site=site)
class EntryAdmin(ReadOnlyAdmin):
    """The audit holds ids, versions and digests alone, so all of it is shown."""

    list_display = ("id", "at", "actor", "action", "subject")
    shown = ("id", "at", "actor", "action", "subject", "facts")
    filters = ("subject", "actor")
