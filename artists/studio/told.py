"""Tell: one entry of the audit as a sentence about what somebody did."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.models import Role
from audit.models import Entry

type Facts = Mapping[str, Any]


def told(entry: Entry, names: Mapping[str, str], subjects: Mapping[str, str]) -> str:
    """What follows the name of who did it."""
    kind, _, number = entry.subject.partition(":")
    what = subjects.get(entry.subject) or f"{kind} {number}"
    say = WORDS.get(entry.action)
    return (
        say(what, {**entry.facts, "name": names.get(str(entry.facts.get("person")), "somebody")})
        if say
        else (f"{entry.action.partition('.')[2].replace('_', ' ')} {what}")
    )


def _role(facts: Facts) -> str:
    role = str(facts.get("role", ""))
    return Role(role).label.lower() if role in Role.values else role


def _after_its_kind(reason: Any) -> str:
    """A reason is stored with its kind before a colon."""
    return str(reason).partition(": ")[2]


WORDS: Mapping[str, Callable[[str, Facts], str]] = {
    "program.created": lambda what, _: f"began the program {what}",
    "program.edited": lambda what, facts: f"wrote version {facts.get('version')} of {what}",
    "program.signed": lambda what, facts: f"signed version {facts.get('version')} of {what}",
    "program.paused": lambda what, _: f"paused {what}",
    "program.resumed": lambda what, _: f"let {what} go on",
    "grant.switched_on": lambda what, facts: f"switched on {what}, version {facts.get('version')}",
    "grant.ended": lambda what, facts: f"ended {what}, version {facts.get('version')}",
    "draft.approved": lambda what, _: f"approved {what}",
    "draft.declined": lambda what, _: f"declined {what}",
    "draft.edited": lambda what, _: f"changed the words of {what}",
    "draft.undone": lambda what, facts: (
        f"took the {'decline' if facts.get('was') == 'declined' else 'approval'} of {what} back"
    ),
    "draft.withdrawn": lambda what, facts: f"took {what} out of the queue: {_after_its_kind(facts.get('reason'))}",
    "practice.set": lambda _, facts: f"set the time to undo a decision to {facts.get('grace_seconds')} s",
    "team.principal_named": lambda _, facts: f"named {facts['name']} the principal",
    "team.member_added": lambda _, facts: f"made {facts['name']} {_article(_role(facts))}",
    "team.invited": lambda _, facts: f"invited somebody as {_role(facts)}",
    "team.invitation_taken_back": lambda _, facts: f"took back an invitation as {_role(facts)}",
    "team.joined": lambda _, facts: f"joined as {_role(facts)}",
    "team.invitation_refused": lambda _, facts: f"declined to join as {_role(facts)}",
    "team.member_removed": lambda _, facts: f"took {facts['name']} out of the team",
}


def _article(role: str) -> str:
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role}"
