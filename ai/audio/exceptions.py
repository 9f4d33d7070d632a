"""What can go wrong with a file of audio."""

SENTENCES = {
    "too-large": "The file is larger than 1 GB.",
    "not-audio": "This is not an audio file that can be read here.",
    "format": "This kind of file is not taken. Use WAV, FLAC or AIFF.",
    "bits": "The samples must have 16, 24 or 32 bits, without compression that loses anything.",
    "channels": "The file has more than two channels.",
    "rate": "The sample rate must be between 44.1 and 96 kHz.",
    "empty": "The file has no sound in it: its length is zero.",
    "no-length": "The file does not say how long it is.",
    "too-long": "The file is longer than 20 minutes.",
    "truncated": "The file ends before the sound does. It was cut off, perhaps while it was copied.",
    "damaged": "The file is damaged: its samples cannot be read.",
    "not-finite": "The file holds samples that are no numbers (NaN or infinite).",
    "too-heavy": "Reading this file took more time or memory than is allowed.",
}


class AudioError(Exception):
    """The base of every exception here."""


class Refused(AudioError):
    """A file is not taken. `code` is one of SENTENCES, `sentence` says it to the person who sent the file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


class DecoderFailed(AudioError):
    """The decoder could not do its work, and the file is not to blame: the disk is full, for example."""
