"""What a fan agrees to by asking for a message. A consent keeps the words that it was given to."""

VERSION = 1
"""Of the words below. Another number whenever they change."""

WORDS = (
    "I ask {artist} for a message. {artist}’s team sees my name, whom it is for, what I chose here and my line to the "
    "team. They see nothing of my listening, and this is no opt-in: nothing else is written to me because of it. "
    "No AI model is told anything of it. I may share the name of the person whom the message greets. "
    "A person on the team decides. I can take it back until then, and ending messages or pausing this program takes it "
    "back as well. What was decided by then still comes."
)


def write_words(artist: str) -> str:
    return WORDS.format(artist=artist)


def write_paper(artist: str, price: str, days: int) -> str:
    """What the fan agrees to before a card is held."""
    return (
        f"One message of {artist}, {price}, tax included. The amount is held on my card and charged only if the "
        f"answer is yes and the time to undo it is over. Within {days} days at most it is answered, or let go. "
        f"No or no answer: nothing is charged. {IMMEDIATE_START}"
    )


IMMEDIATE_START = (
    "Start today. I know that once it is decided I cannot take it back within 14 days, because what I pay for has "
    "begun."
)
"""The express consent without which a paid service begins only after 14 days (EU)."""
