"""`manage.py dead_letters`: list, show and replay records that a consumer could not process."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.actors import SystemActor
from events import dead_letters, topics
from events.exceptions import DeadLetterNotFound

OPERATOR = SystemActor.OPERATOR
MAX_LIMIT = 100_000


class Command(BaseCommand):
    help = "List records that a consumer could not process, show one of them, or send some to their topic again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        list_ = actions.add_parser("list", help="the newest that were not replayed, without what fans have written")
        list_.add_argument("--topic", default="", help="one of ours, or the topic of a source")
        list_.add_argument("--limit", type=int, default=50)
        show = actions.add_parser("show", help="everything about one; the audit records that you looked")
        show.add_argument("id", type=int)
        replay = actions.add_parser("replay", help="send the original bytes to the original topic and key again")
        replay.add_argument("ids", nargs="*", type=int, metavar="ID")
        replay.add_argument("--topic", default="", help="one of ours, or the topic of a source")
        replay.add_argument("--all", action="store_true", help="all of the topic that were not replayed")
        replay.add_argument("--again", action="store_true", help="also those that were replayed before")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if (topic := options.get("topic")) and not topics.exists(topic):
            raise CommandError(f"There is no topic {topic}.")
        if action == "list":
            self._list(topic=options["topic"], limit=options["limit"])
        elif action == "show":
            self._show(options["id"])
        else:
            self._replay(_chosen_ids(options["ids"], options["topic"], all_=options["all"]), again=options["again"])

    def _list(self, *, topic: str, limit: int) -> None:
        if not 1 <= limit <= MAX_LIMIT:
            raise CommandError(f"--limit must be between 1 and {MAX_LIMIT}.")
        for letter in dead_letters.newest(topic=topic, limit=limit):
            position = f"{letter.topic}/{letter.partition}@{letter.offset}"
            reason = _printable(dead_letters.public_reason(letter))
            self.stdout.write(f"{letter.pk}\t{letter.stored_at:%Y-%m-%d %H:%M:%S}\t{position}\t{reason}")

    def _show(self, pk: int) -> None:
        try:
            letter = dead_letters.reveal(pk, by=OPERATOR)
        except DeadLetterNotFound as error:
            raise CommandError(str(error)) from error
        facts = {
            "reason": _printable(letter.reason),
            "position": f"{letter.topic}/{letter.partition}@{letter.offset}",
            "stored": f"{letter.stored_at:%Y-%m-%d %H:%M:%S}",
            "replayed": f"{letter.replayed_at:%Y-%m-%d %H:%M:%S}" if letter.replayed_at else "no",
            "key": _decode(letter.key),
            **{f"header {name}": value for name, value in letter.headers or []},
            "value" if letter.is_complete else "beginning of the value": _decode(letter.value),
        }
        for name, fact in facts.items():
            self.stdout.write(f"{name}: {fact}")

    def _replay(self, pks: Sequence[int], *, again: bool) -> None:
        replayed, refused = dead_letters.replay_by_id(pks, by=OPERATOR, again=again)
        if replayed or not refused:
            sent = f"Put {len(replayed)} into the outbox. The relay sends them to Kafka."
            self.stdout.write(sent if replayed else "Nothing waits to be replayed.")
        for pk, reason in refused.items():
            self.stderr.write(f"{pk}: {reason}")
        if refused:
            raise CommandError(f"{len(refused)} could not be replayed.")


def _chosen_ids(pks: Sequence[int], topic: str, *, all_: bool) -> Sequence[int]:
    if pks and not topic and not all_:
        return pks
    if topic and all_ and not pks:
        return dead_letters.unreplayed_ids(topic)
    raise CommandError("Name the ids of dead letters, or --topic TOPIC --all.")


def _decode(data: bytes | memoryview | None) -> str:
    """Return the text in these bytes. Bytes that are not UTF-8 become escapes."""
    return "(none)" if data is None else _printable(bytes(data).decode(errors="backslashreplace"))


def _printable(text: str) -> str:
    """Replace control characters by escapes: a stranger's record must not control the operator's terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else ascii(letter)[1:-1] for letter in text)
