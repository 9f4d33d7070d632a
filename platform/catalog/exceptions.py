"""Exceptions of the catalogue."""


class AlreadyInCatalog(Exception):
    """The catalogue has an entry with the same identifier. The message says which; `field` is where it was typed."""

    def __init__(self, message: str, field: str = "title") -> None:
        super().__init__(message)
        self.field = field
