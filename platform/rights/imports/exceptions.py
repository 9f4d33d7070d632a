"""What can go wrong with an import. The messages are written for people."""


class ImportRefused(Exception):
    """Something about an import cannot be done."""


class UnreadableFile(ImportRefused):
    """The file as a whole cannot be read. Nothing of it is kept."""


class InvalidLine(ImportRefused):
    """One line cannot be read. The others are not touched by it."""
