"""The scrobblers we know, and the settings that make each send its listens here."""

from dataclasses import dataclass

from django.conf import settings

TOKEN = "{token}"  # noqa: S105  # the placeholder for the token


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a scrobbler: its label there, and the value, with {site}, {token} and {handle}."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Scrobbler:
    key: str
    name: str
    instructions: str
    settings: tuple[Setting, ...]


SCROBBLERS = (
    Scrobbler(
        "pano",
        "Pano Scrobbler",
        "Android and desktop. Add an account and choose “Custom ListenBrainz”.",
        (Setting("API URL", "{site}/"), Setting("Token", TOKEN), Setting("Username", "{handle}")),
    ),
    Scrobbler(
        "web",
        "Web Scrobbler",
        "In your browser. Open Options, Accounts, ListenBrainz, then its properties.",
        (Setting("API URL", "{site}/1/submit-listens"), Setting("User token", TOKEN)),
    ),
    Scrobbler(
        "navidrome",
        "Navidrome",
        "Whoever runs the server sets the address. Then switch on “Scrobble to ListenBrainz” under Personal.",
        (Setting("ND_LISTENBRAINZ_BASEURL", "{site}/1/"), Setting("Token", TOKEN)),
    ),
    Scrobbler(
        "multi",
        "multi-scrobbler",
        "Set these environment variables for its ListenBrainz client.",
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
        "Any program that can send to your own ListenBrainz server. Some need “/1” or “/1/submit-listens” after the "
        "address.",
        (Setting("Address", "{site}"), Setting("Token", TOKEN)),
    ),
)
SCROBBLERS_BY_KEY = {scrobbler.key: scrobbler for scrobbler in SCROBBLERS}


def find_scrobbler(key: str) -> Scrobbler:
    """The scrobbler with this key; the first one if there is none."""
    return SCROBBLERS_BY_KEY.get(key, SCROBBLERS[0])


def fill_in_settings(scrobbler: Scrobbler, handle: str, secret: str = "") -> list[dict[str, str]]:
    """Label and value of each setting, ready to copy. Without a secret the value of the token is empty."""
    site = settings.SITE_URL.rstrip("/")
    return [
        {"label": setting.label, "value": setting.value.format(site=site, handle=handle, token=secret)}
        for setting in scrobbler.settings
    ]
