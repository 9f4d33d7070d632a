"""A fan's choices about their pages: whether the feed hides AI messages, and whether onboarding is finished."""

from django.db.models.functions import Now

from accounts.models import Member, Person, Token
from fans.models import Engagement, OptIn, Preferences


def hides_ai(person: Person) -> bool:
    """Whether the feed hides what a model wrote."""
    return Preferences.objects.filter(person=person, hide_ai=True).exists()


def set_hide_ai(person: Person, on: bool) -> None:
    Preferences.objects.update_or_create(person=person, defaults={"hide_ai": on})


def finish_onboarding(person: Person) -> None:
    """They finished onboarding, or skipped it."""
    Preferences.objects.update_or_create(person=person, defaults={"welcomed_at": Now()})


def needs_onboarding(person: Person) -> bool:
    """True while they have no listens, opt-in, scrobbler or team, and have not finished onboarding."""
    signs = (
        Preferences.objects.filter(person=person, welcomed_at__isnull=False),
        Engagement.objects.filter(person=person),
        OptIn.objects.filter(person=person),
        Token.objects.filter(person=person),
        Member.objects.filter(person=person),
    )
    return not any(sign.exists() for sign in signs)
