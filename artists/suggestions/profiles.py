"""Save profiles of model servers as staff, choose which one is asked, and end them."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Person
from ai.exceptions import ModelFailed
from ai.llm import ModelConfig
from ai.model_address import check_address, is_openai
from artists.exceptions import InvalidRequest, Stale
from artists.models import ModelProfile
from audit import trail
from worker import wake

CHANNEL = "artists_models"
"""Wakes `work models`."""


def save(name: str, *, by: Person, **fields: Any) -> ModelProfile:
    """Save a profile, to be probed by `work models`. One of the same name ends. Raises NotAllowed or InvalidRequest.

    `fields` are base_url, key_name, model, token_parameter and structured.
    """
    _require_staff(by)
    require_allowed_address(fields["base_url"])
    with transaction.atomic():
        older = ModelProfile.objects.select_for_update(no_key=True).filter(name=name, ended_at=None).first()
        if older:
            _end(older, by)
        profile = ModelProfile.objects.create(name=name, by=by.actor, **fields)
        facts = {"model": profile.model, "address": profile.base_url, "key": profile.key_name}
        trail.record("model_profile.saved", by=by.actor, subject=str(profile), **facts)
        wake.notify(CHANNEL)
    return profile


def use(profile: ModelProfile, *, by: Person) -> None:
    """Ask this server from now on, and no other. Raises NotAllowed, or Stale where it cannot be used (any more)."""
    _require_staff(by)
    with transaction.atomic():
        # Locked in one order, so that two people who choose at the same time wait for each other.
        current = list(ModelProfile.objects.select_for_update(no_key=True).current().order_by("pk"))
        chosen = next((each for each in current if each.pk == profile.pk), None)
        if chosen is None or not chosen.is_usable:
            raise Stale("Only a server that kept what it was probed for can be used.")
        if chosen.in_use:
            return
        ModelProfile.objects.filter(in_use=True).update(in_use=False)
        ModelProfile.objects.filter(pk=chosen.pk).update(in_use=True)
        trail.record("model_profile.used", by=by.actor, subject=str(chosen))


def end(profile: ModelProfile, *, by: Person) -> None:
    """Ask this server no more. Raises NotAllowed, or Stale where it was ended before."""
    _require_staff(by)
    with transaction.atomic():
        current = ModelProfile.objects.select_for_update(no_key=True).filter(pk=profile.pk, ended_at=None).first()
        if current is None:
            raise Stale("This profile was ended before.")
        _end(current, by)


def require_allowed_address(base_url: str) -> None:
    """Raises InvalidRequest unless the settings name the address."""
    try:
        check_address(base_url, settings.LLM_HOSTS, settings.LLM_INTERNAL_HOSTS)
    except ModelFailed as refused:
        raise InvalidRequest(
            f"This address cannot be asked ({refused}). LLM_HOSTS lists the public hosts that may be asked over https, "
            "LLM_INTERNAL_HOSTS those of your own network."
        ) from None


def build_config(profile: ModelProfile) -> ModelConfig:
    """How to ask this server, with its key. Raises ModelFailed where it ended, or the settings do not allow it."""
    if profile.ended_at:
        raise ModelFailed("ended", "staff ended this profile")
    if profile.key_name and profile.key_name not in settings.LLM_KEYS:
        raise ModelFailed("key", f"the variable {profile.key_name} is not set for this process")
    return ModelConfig(
        base_url=profile.base_url,
        model=profile.model,
        api_key=settings.LLM_KEYS.get(profile.key_name, ""),
        hosts=settings.LLM_HOSTS,
        internal_hosts=settings.LLM_INTERNAL_HOSTS,
        public_only=True,
        timeout_seconds=settings.LLM_TIMEOUT_SECONDS,
        is_openai=is_openai(profile.base_url),
        token_parameter=profile.token_parameter,  # type: ignore[arg-type]  # the database knows no other
        structured=profile.structured,  # type: ignore[arg-type]
    )


def _end(profile: ModelProfile, by: Person) -> None:
    ModelProfile.objects.filter(pk=profile.pk).update(ended_at=Now(), in_use=False)
    trail.record("model_profile.ended", by=by.actor, subject=str(profile))


def _require_staff(by: Person) -> None:
    if not roles.is_staff(by):
        raise NotAllowed("Only staff say which models are asked.")
