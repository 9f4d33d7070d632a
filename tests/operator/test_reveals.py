"""Personal text is revealed with a reason, and the audit says so before it is shown."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from audit.models import Entry
from fans.models import Experience
from tests.operator.addresses import REASON, address
from tests.operator.conftest import Objects

pytestmark = pytest.mark.django_db


def entries() -> list[dict[str, Any]]:
    found = Entry.objects.filter(action__startswith="operator.").order_by("pk")
    return list(found.values("actor", "action", "subject", "facts"))


def test_a_reveal_is_in_the_audit_with_its_reason_and_without_the_text(
    operator: Client, staff: Person, objects: Objects
) -> None:
    experience = objects[Experience]

    page = operator.post(address("reveal", experience), REASON).content.decode()

    assert "Fatima" in page
    assert entries() == [
        {
            "actor": staff.actor,
            "action": "operator.revealed",
            "subject": f"experience:{experience.pk}",
            "facts": {
                "model": "fans.experience",
                "fields": ["text", "why", "receipt_key"],
                "reason": "fan_asked",
                "case": "SUP-12",
            },
        }
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"reason": "fan_asked"},
        {"case": "SUP-12"},
        {"reason": "curious", "case": "SUP-12"},
        {"reason": "fan_asked", "case": "Fatima Fan"},
        {"reason": "fan_asked", "case": "fatima@example.com"},
        {"reason": "fan_asked", "case": "SUP-12\nFatima"},
        {"reason": "fan_asked", "case": "123456789"},
    ],
)
def test_without_a_reason_and_a_case_number_nothing_is_shown(
    operator: Client, objects: Objects, sent: dict[str, str]
) -> None:
    answer = operator.post(address("reveal", objects[Experience]), sent)

    assert answer.status_code == 422
    assert "Fatima" not in answer.content.decode().replace('value="Fatima Fan"', "").replace("SUP-12\nFatima", "")
    assert entries() == []


def test_a_reveal_is_not_a_link(operator: Client, objects: Objects) -> None:
    answer = operator.get(address("reveal", objects[Experience]), REASON)

    assert answer.status_code == 405
    assert entries() == []


def test_nothing_is_written_about_what_is_not_there(operator: Client, objects: Objects) -> None:
    page = address("reveal", objects[Experience]).replace(str(objects[Experience].pk)[:8], "00000000")

    assert operator.post(page, REASON).status_code == 404
    assert entries() == []


def test_looking_again_is_a_second_entry(operator: Client, objects: Objects) -> None:
    page = address("reveal", objects[Experience])

    operator.post(page, REASON)
    hidden_again = operator.get(address("change", objects[Experience])).content.decode()
    operator.post(page, REASON)

    assert "Fatima" not in hidden_again
    assert len(entries()) == 2


@pytest.mark.parametrize("key", ["email", "handle"])
def test_a_person_is_found_by_address_or_handle_and_the_audit_says_so(
    operator: Client, staff: Person, objects: Objects, key: str
) -> None:
    fan = objects[Person]

    answer = operator.post(address("find", fan), {"key": getattr(fan, key).upper()})

    assert answer["Location"] == address("change", fan)
    assert entries() == [
        {"actor": staff.actor, "action": "operator.found", "subject": fan.actor, "facts": {"field": key}}
    ]


def test_reveals_are_limited_by_operator_and_hour(operator: Client, objects: Objects, settings: Settings) -> None:
    settings.OPERATOR_REVEALS_PER_HOUR = 3
    page, find = address("reveal", objects[Experience]), address("find", objects[Person])

    allowed = [
        operator.post(page, REASON).status_code,
        operator.post(find, {"key": objects[Person].email}).status_code,
        operator.post(find, {"key": "nobody@example.com"}).status_code,
    ]
    refused = operator.post(page, REASON)
    not_found = operator.post(find, {"key": objects[Person].email})

    assert (allowed, refused.status_code, not_found.status_code) == ([200, 302, 302], 429, 429)
    assert "Fatima" not in refused.content.decode()
    assert len(entries()) == 2
    assert operator.get(address("change", objects[Experience])).status_code == 200
