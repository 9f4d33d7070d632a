"""Connect: what each scrobbler asks for, so that it sends its listens here."""

from dataclasses import dataclass

from django.conf import settings

TOKEN = "{token}"  # noqa: S105  # where the token goes


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to fill in: how the scrobbler calls it, and what to put there, with {site}, {token} and {handle}."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Scrobbler:
    key: str
    name: str
    where: str
    settings: tuple[Setting, ...]


SCROBBLERS = (
    Scrobbler(
        "pano",
        "Pano Scrobbler",
        "On Android and on a desk. Add an account, choose “Custom ListenBrainz”.",
        (Setting("API URL", "{site}/"), Setting("Token", TOKEN), Setting("Username", "{handle}")),
    ),
    Scrobbler(
        "web",
        "Web Scrobbler",
        "In a browser. Options, Accounts, ListenBrainz, its properties.",
        (Setting("API URL", "{site}/1/submit-listens"), Setting("User token", TOKEN)),
    ),
    Scrobbler(
        "navidrome",
        "Navidrome",
        "Who runs the server sets the address; then switch “Scrobble to ListenBrainz” on under Personal.",
        (Setting("ND_LISTENBRAINZ_BASEURL", "{site}/1/"), Setting("Token", TOKEN)),
    ),
    Scrobbler(
        "multi",
        "multi-scrobbler",
        "Its ListenBrainz client, by environment.",
        (Setting("LZ_URL", "{site}/"), Setting("LZ_TOKEN", TOKEN), Setting("LZ_USER", "{handle}")),
    ),
    Scrobbler(
        "mpd",
        "listenbrainz-mpd",
        "In its config.toml, under [submission].",
        (Setting("api_url", "{site}"), Setting("token", TOKEN)),
    ),
    Scrobbler(
        "other",
        "Another",
        "Whatever can send to a ListenBrainz server of your own. Some want “/1” or “/1/submit-listens” behind the "
        "address.",
        (Setting("Address", "{site}"), Setting("Token", TOKEN)),
    ),
)
SCROBBLERS_BY_KEY = {each.key: each for each in SCROBBLERS}


def find_scrobbler(key: str) -> Scrobbler:
    """The one of this key; of an unknown key the first."""
    return SCROBBLERS_BY_KEY.get(key, SCROBBLERS[0])


def fill_in_settings(scrobbler: Scrobbler, handle: str, secret: str = "") -> list[dict[str, str]]:
    """Label and value of each setting, ready to copy; without a secret its value is empty."""
    site = settings.SITE_URL.rstrip("/")
    return [
        {"label": each.label, "value": each.value.format(site=site, handle=handle, token=secret)}
        for each in scrobbler.settings
    ]
