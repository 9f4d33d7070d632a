"""What can go wrong when files are marked or looked up."""


class ProvenanceError(Exception):
    """The base of every exception here."""


class InvalidKey(ProvenanceError):
    """A signing key or a watermark key cannot be used. The message says why."""


class NotSigned(ProvenanceError):
    """The signature could not be made, such as when no time stamp was to be had. It is worth another try."""


class FingerprintFailed(ProvenanceError):
    """No fingerprint was taken: `fpcalc` is not installed, or it failed."""
