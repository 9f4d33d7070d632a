"""What this app raises. All of it derives from `EventsError`."""


class EventsError(Exception):
    """Base of the exceptions below. The text is for a person."""


class UnreadableEvent(EventsError):
    """A record holds no CloudEvent. The text says what is wrong with it."""


class BrokerUnavailable(EventsError):
    """The broker cannot be reached, or does not answer in time."""


class CredentialsRefused(EventsError):
    """The broker answers, but refuses our user or its password."""


class ReadingRefused(EventsError):
    """The broker does not let us read some topics. `topics` are their names."""

    def __init__(self, topics: set[str]) -> None:
        super().__init__(f"the broker does not let us read {', '.join(sorted(topics))}")
        self.topics = topics


class InvalidTopicName(EventsError):
    """A source cannot have a topic of this name."""


class CorruptRecord(EventsError):
    """The client cannot unpack the next record of some partition."""


class OffsetConflict(EventsError):
    """Another process has already stored the offsets of the records that this one has polled."""


class RecordTooLarge(EventsError, ValueError):
    """A record is larger than the broker accepts. In the outbox it would block every record behind it."""


class TooManyFailures(EventsError):
    """So many records fail that the fault must be ours. The consumer stops instead of dead-lettering everything."""


class DeadLetterNotFound(EventsError):
    """No dead letter has this id."""


class NotReplayable(EventsError):
    """A dead letter cannot be sent again. The text says why."""
