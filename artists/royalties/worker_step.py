"""The step of `manage.py work royalties`: release what is held once that is settled, and close months that are over."""

from artists.royalties import claim_holds, closing


def work() -> bool:
    """Do a piece of work. Returns whether there may be more at once."""
    return claim_holds.release_next() or closing.close_if_due()
