"""What ends the story: a line of it did not hold."""


class StoryFailed(Exception):
    """Says what should have been so."""


def hold(so: object, sentence: str) -> None:
    if not so:
        raise StoryFailed(sentence)
