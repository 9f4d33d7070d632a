"""What a month of a subscription earns of what was paid for it, in whole minor units, without the database."""


def month_share(deferred: int, months_left: int) -> int:
    """What the next of the months left earns of what is deferred: the rounded part, and the last month all the rest.

    So twelve months of a year add up exactly, also after a refund in between, and are never two units off.
    """
    if months_left < 1 or deferred < 0:
        raise ValueError(f"{deferred} over {months_left} months cannot be earned.")
    return (2 * deferred + months_left) // (2 * months_left)
