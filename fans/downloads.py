"""Whether a fan can keep a delivered remix as a file.

Its limits must allow that. Where the artist sells downloads with a tier, they are for fans who have such a tier.
"""

from enum import StrEnum

from billing import leases, offers
from fans.models import Experience
from fans.remixes import Remix


class Download(StrEnum):
    """What the fan can do now."""

    NO = "no"
    WITH_TIER = "with_tier"
    """Only with a tier that includes downloads."""
    YES = "yes"


def find_download(experience: Experience, remix: Remix | None) -> Download:
    if remix is None or not remix.is_file_allowed:
        return Download.NO
    if leases.includes_downloads(experience.person_id, experience.artist_id):
        return Download.YES
    return Download.WITH_TIER if offers.sells_downloads(experience.artist_id) else Download.YES
