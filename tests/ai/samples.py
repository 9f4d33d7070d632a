"""Values that the tests of ai share."""

from datetime import date

from ai.facts import Facts
from ai.wording import Wording
from rights.clearance_result import Clearance

CHOICE_KEY = b"k" * 32
CLEARANCE = Clearance(id=1, use="personal_message", artist_id=1, grants=((1, 1),), until=None)
FACTS = Facts(artist="Mara Veil", name="Ana", song="Tidal", plays=100, since=date(2024, 5, 3))
WORDING = Wording.parse(
    {
        "locale": "en",
        "templates": [
            "Thank you[, {name}]. {plays} {plays, one: listen, other: listens} of “{song}”. {closing}",
            "[{name}, ]{plays} {plays, one: listen, other: listens}! {closing}",
        ],
        "fragments": {"closing": ["– {artist}", "It means a lot[, {name}].", "Here since {since}: thank you."]},
    }
)
