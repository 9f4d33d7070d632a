"""Probe each profile of a model server once, after it was saved."""

import logging
from dataclasses import asdict

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Person
from ai.exceptions import ModelFailed
from ai.probe import Verdict, probe
from artists.models import ModelProfile
from artists.suggestions.profiles import build_config
from audit import trail
from audit.actors import SystemActor
from live import notices
from worker import advisory_locks

logger = logging.getLogger(__name__)

PROBE_LOCK = 0x4D0D
"""The first key of the advisory lock of a profile that is being probed; the second is its id."""


def probe_next() -> bool:
    """Probe the oldest profile that nobody probes. Returns whether there was one. Takes up to four deadlines."""
    for profile in ModelProfile.objects.filter(probed_at=None, ended_at=None).order_by("pk"):
        with advisory_locks.hold(PROBE_LOCK, profile.pk % 2**31) as is_ours:
            if is_ours and ModelProfile.objects.filter(pk=profile.pk, probed_at=None).exists():
                _store(profile, _probe(profile))
                return True
    return False


def _probe(profile: ModelProfile) -> Verdict:
    """Nothing that staff typed ends this process: all kinds of work may run in it."""
    try:
        return probe(build_config(profile))
    except ModelFailed as refused:
        found = str(refused)[:80]
    except Exception:
        logger.exception("Probing the profile %d broke", profile.pk)
        found = "broken: the log of the models process says how"
    return Verdict(*[found] * 4)


def _store(profile: ModelProfile, verdict: Verdict) -> None:
    with transaction.atomic():
        found = asdict(verdict)
        current = ModelProfile.objects.filter(pk=profile.pk, probed_at=None, ended_at=None)
        if not current.update(probed_at=Now(), **found):
            return  # it was ended meanwhile
        trail.record("model_profile.probed", by=SystemActor.MODELS, subject=str(profile), **found)
        staff = Person.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True)
        notices.post([notices.NewNotice(person, "model.probed", str(profile)) for person in staff])
