"""Exceptions of the catalogue."""


class AlreadyInCatalog(Exception):
    """The catalogue has an entry with the same identifier. The message says which; `field` is where it was typed."""

    def __init__(self, message: str, field: str = "title") -> None:
        super().__init__(message)
        self.field = field


class UploadRefused(Exception):
    """An audio file cannot be taken. The message says why."""


class WrongOffset(Exception):
    """A part does not follow what is stored; `offset` is where the next one begins."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The next part begins at byte {offset}.")
        self.offset = offset


class SourceRefused(Exception):
    """What remixes would be rendered from is not complete, or somebody else changed it. The message says what."""
