"""The words of the opt-in by version, and from which version on each flow of a fan's data is allowed."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

CONSENT_TEXTS = {
    1: (
        "{artist}’s team may write to you here when your listening reaches a moment that {artist} wants to answer. "
        "They then see your name as you gave it, which moment it was, how often you had listened and since when, and "
        "where it was about one recording, its title. "
        "They see nothing else of your listening, and nobody outside the team sees any of it. "
        "Every message waits for the yes of a person on the team. You can end this at any time; what was not yet "
        "delivered then stays undelivered."
    ),
    2: (
        "{artist}’s team may write to you here when your listening reaches a moment that {artist} wants to answer. If "
        "it reached such a moment in the 24 hours before you agree, they may answer that too, with one message. "
        "They then see your name as you gave it, which moment it was, how often you had listened and since when, and "
        "where it was about one recording, its title. "
        "They see nothing else of your listening, and nobody outside the team sees any of it. "
        "Every message waits for the yes of a person on the team. You can end this at any time; what was not yet "
        "delivered then stays undelivered."
    ),
    3: (
        "{artist}’s team may write to you here when your listening reaches a moment that {artist} wants to answer. If "
        "you reached one in the 24 hours before you agree, they may answer that too, with one message. "
        "They see your name, what you reached, your count and since when, and the song if it is about one. They see "
        "nothing else of your listening. "
        "An AI model may draft the words. The company that runs it gets {artist}’s name, your count, since when, and a "
        "code in place of your name. It gets neither your name nor your account. "
        "Where a label or publisher must say yes to what is made with its music, it gets the sound, how it was made "
        "and the song. It gets neither your name nor your listening. "
        "A person on the team reads each message, or {artist} signs the words beforehand: then a message of these "
        "words with your name and facts in it may reach you unread, and it says so. "
        "You can end this at any time. Anything not sent yet is not sent."
    ),
    4: (
        "{artist}’s team may write to you here, or send you a remix, when your listening reaches a moment that "
        "{artist} wants to answer. If you reached one in the 24 hours before you agree, they may answer that too. "
        "They see your name, what you reached, your count and since when, and the song if it is about one. They see "
        "nothing else of your listening. "
        "Rules may choose how a remix sounds from the hours at which you listen to music, and from the sections and "
        "instruments that you came back to at the remix desk of the song. No AI model takes part in that. The team "
        "hears the remix and sees what was changed. Nobody tells them why. "
        "An AI model may draft the words. The company that runs it gets {artist}’s name, your count, since when, and a "
        "code in place of your name. It gets neither your name nor your account. "
        "Where a label or publisher must say yes to what is made with its music, it gets the sound, how it was made "
        "and the song. It gets neither your name nor your listening. "
        "A person on the team reads each message and decides about each remix, or {artist} signs the words beforehand: "
        "then a message of these words with your name and facts in it may reach you unread, and it says so. "
        "You can end this at any time. Anything not sent yet is not sent."
    ),
}
"""What a fan agrees to, by version. Never edit a version: add a new one. A consent keeps the text it was given to."""
CONSENT_VERSION = max(CONSENT_TEXTS)

NEWS = {
    2: ("If you reached a moment in the 24 hours before you agreed, one message may answer it.",),
    3: (
        "An AI model may draft the words. The company that runs it gets your count and a code, not your name.",
        "A label or publisher may hear what is made with its music before you do. It does not learn your name.",
        "Words that {artist} signed beforehand may reach you without a person reading the message. It says so.",
    ),
    4: (
        "{artist} may send you a remix. Rules may choose how it sounds from the hours at which you listen.",
        "What you came back to at the remix desk of a song may come twice or be louder. The team is not told why.",
    ),
}
"""What each version added to the one before, for somebody who agreed to that."""


def write_news(version: int, artist_name: str) -> list[str]:
    """What was added since this version, one sentence or two a point."""
    return [text.format(artist=artist_name) for newer in NEWS if newer > version for text in NEWS[newer]]


class Flow(StrEnum):
    """A way that something about a fan takes to somebody else."""

    TEAM = "team"
    LOOK_BACK = "look_back"
    MODEL = "model"
    RIGHTSHOLDER = "rightsholder"
    UNREAD = "unread"
    REMIX = "remix"
    RECEIPT = "receipt"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class FlowTerms:
    """Who gets what by a flow, and from which version of the words on."""

    to: str
    since: int
    facts: Set[str]


FLOWS = {
    Flow.TEAM: FlowTerms("the artist's team", 1, {"name", "artist", "song", "plays", "since", "moment"}),
    Flow.LOOK_BACK: FlowTerms("the artist's team, about the day before", 2, {"moment"}),
    Flow.MODEL: FlowTerms("the model's provider", 3, {"artist", "plays", "since", "known", "pseudonym"}),
    Flow.RIGHTSHOLDER: FlowTerms("a rightsholder who holds a key", 3, {"sound", "recipe", "song"}),
    Flow.UNREAD: FlowTerms("the fan, without a person who read it", 3, {"name", "artist", "song", "plays", "since"}),
    Flow.REMIX: FlowTerms("the artist's team, as what rules changed in a remix", 4, {"hours", "sections", "stems"}),
    Flow.RECEIPT: FlowTerms("whoever has the address of the receipt", 1, set()),
    Flow.EVENTS: FlowTerms("other systems, over Kafka", 1, set()),
}
"""`known` is which facts there are, as slots; `moment` is what the fan reached. `hours`, `sections` and `stems` are
when the fan listens and what they came back to; a remix shows its changes alone. Receipts and events have no fact of a
fan. tests/fans/test_consent_texts.py compares each line with what the code gives away.
"""


def allows(version: int, flow: Flow) -> bool:
    """Whether the words of this version allow the flow."""
    return version >= FLOWS[flow].since
