"""What ends the story: a line of it did not hold."""


class SmokeFailed(Exception):
    """Says what should have been so."""


def require(so: object, sentence: str) -> None:
    if not so:
        raise SmokeFailed(sentence)
