"""People, teams, memberships, invitations, tokens and consents. A fan is a Person; there is no table of fans."""

import hashlib
import secrets
import uuid
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower, Now

from accounts.age_models import AgeBand as AgeBand  # noqa: PLC0414 - for who imports it from here
from accounts.age_models import AgeChange as AgeChange  # noqa: PLC0414
from accounts.time_zones import find_zone, validate_time_zone

MAX_EMAIL_LENGTH = 254
"""The longest e-mail address that can be written to (RFC 5321)."""

validate_handle = RegexValidator(r"^[a-z0-9][a-z0-9_-]{2,31}\Z", "3 to 32 of a-z, 0-9, - and _.")


def generate_secret() -> str:
    """256 random bits as text that fits into a URL."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """SHA-256 in hexadecimal. No salt and no slow hash are needed: a secret is random, so it cannot be guessed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Anyone with an account. `id` is the `user_id` of events and the key of their Kafka records."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=MAX_EMAIL_LENGTH, unique=True)
    handle = models.CharField(
        max_length=32,
        unique=True,
        validators=[validate_handle],
        help_text="The user name that scrobblers show.",
    )
    name = models.CharField(max_length=80, blank=True, help_text="As artists may greet this person.")
    country = models.CharField(max_length=2)
    age_band = models.CharField(max_length=8, choices=AgeBand.choices)
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        validators=[validate_time_zone],
        help_text="IANA name, for example Europe/Lisbon; empty, and UTC, until the browser or the person says it",
    )
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["handle", "country", "age_band"]
    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                condition=Q(age_band__in=["13_15", "16_17", "18_plus"]), name="nobody_under_13_has_an_account"
            ),
            # Together with the unique key: one account for each address, however it is typed.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="an_address_is_lower_case"),
        ]

    def __str__(self) -> str:
        return f"person:{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @property
    def actor(self) -> str:
        """This person as actor or subject of an audit entry."""
        return f"person:{self.pk}"

    @property
    def display_name(self) -> str:
        """How this person is called on pages: the name, or the handle where there is none."""
        return self.name or self.handle

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this person's days, months and hours are."""
        return find_zone(self.time_zone)


class TeamKind(models.TextChoices):
    ARTIST = "artist", "Artist"
    RIGHTSHOLDER = "rightsholder", "Rightsholder"


class Team(models.Model):
    """The people on the side of an artist or of another rightsholder. The kind never changes."""

    name = models.CharField(max_length=120)
    kind = models.CharField(
        max_length=12, choices=TeamKind.choices, default=TeamKind.ARTIST, db_default=TeamKind.ARTIST
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Members of a signing role point to it.
            models.UniqueConstraint(fields=["id", "kind"], name="a_team_has_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=TeamKind.values), name="a_team_is_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    PRINCIPAL = "principal", "The artist"
    SIGNATORY = "signatory", "Signatory"
    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    REVIEWER = "reviewer", "Reviewer"


SIGNING_ROLES = {TeamKind.ARTIST: Role.PRINCIPAL, TeamKind.RIGHTSHOLDER: Role.SIGNATORY}
"""Who signs for a team, by its kind. Staff alone name them."""


class Member(models.Model):
    """A person's one role in a team. A trigger keeps the history of it in MembershipPeriod."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role.choices)
    since = models.DateTimeField(db_default=Now())
    signs_for = models.GeneratedField(
        expression=Case(*(When(role=role, then=Value(kind)) for kind, role in SIGNING_ROLES.items())),
        output_field=models.CharField(max_length=12),
        db_persist=True,
        help_text="the kind of team that the role signs for; a key compares it with the team’s kind",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="one_role_in_a_team"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_member_has_a_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role} of team:{self.team_id}"


class MembershipPeriod(models.Model):
    """A time during which a person had a role in a team, written by a trigger on Member alone. Only its end is added.

    `accounts_role_at` in migration 0002 and `accounts.roles.role_at` look up the role at a moment.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=9, choices=Role.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="the end, not included; NULL while it lasts")

    class Meta:
        indexes = [models.Index(fields=["team", "person", "-since"], name="membership_by_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"], condition=Q(until=None), name="one_membership_lasts_in_a_team"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="a_membership_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"person:{self.person_id} {self.role} of team:{self.team_id} from {self.since}"


class Invitation(models.Model):
    """An e-mail address that is invited into a team with a role. It ends once; its address is deleted then."""

    class Outcome(models.TextChoices):
        JOINED = "joined"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"
        REPLACED = "replaced"
        EXPIRED = "expired"
        UNSENT = "unsent"

    team = models.ForeignKey(Team, models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=MAX_EMAIL_LENGTH, null=True)
    role = models.CharField(max_length=9, choices=Role.choices)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True, help_text="hash_secret() of the secret in the link")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], condition=Q(ended_at=None), name="invitation_open_until")]
        constraints = [
            models.UniqueConstraint(fields=["team", "email"], name="one_open_invitation_an_address"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="", email__isnull=False)
                | (Q(ended_at__isnull=False, email=None) & ~Q(outcome="")),
                name="an_invitation_that_ended_holds_no_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="an_invited_address_is_lower_case"),
            models.CheckConstraint(condition=~Q(role=Role.PRINCIPAL), name="nobody_is_invited_as_the_artist"),
        ]

    def __str__(self) -> str:
        return f"invitation:{self.pk}"


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self) -> Self:
        """Not revoked, and of a person who is not switched off."""
        return self.filter(revoked_at=None, person__is_active=True)


class Token(models.Model):
    """The permission of one scrobbler to send a person's listens. Its secret is shown once; the hash is stored."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"token:{self.pk}"

    @classmethod
    def generate(cls, person: Person, *, name: str) -> tuple[Self, str]:
        """An unsaved token and its secret. The secret cannot be read again."""
        secret = generate_secret()
        return cls(person=person, name=name, digest=hash_secret(secret)), secret


class Consent(models.Model):
    """A person gave or withdrew a consent, with the words that were shown. Append-only."""

    class Act(models.TextChoices):
        GIVEN = "given"
        WITHDRAWN = "withdrawn"

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    about = models.CharField(max_length=80, help_text="what the consent is about, kind:<id>, e.g. artist:12")
    act = models.CharField(max_length=9, choices=Act.choices)
    version = models.PositiveSmallIntegerField(help_text="of the words below")
    words = models.TextField(help_text="exactly what the person was told")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["person", "about", "id"], name="consent_by_person")]

    def __str__(self) -> str:
        return f"{self.act} {self.about}"
