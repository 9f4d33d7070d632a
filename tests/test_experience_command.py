"""Tests of `manage.py experience withdraw|erase`: both copies of the words, errors, exit codes, two at once."""

import subprocess
import sys
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from artists import erasure
from artists.models import Draft
from audit.models import Entry
from config import BASE_DIR
from fans import experiences
from fans.exceptions import AlreadyWithdrawn
from fans.models import Experience
from live.models import Notice
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database

REASON = "The fan asked for it."


def run(action: str, experience_id: object, reason: str = REASON) -> str:
    output = StringIO()
    call_command("experience", action, str(experience_id), f"--reason={reason}", stdout=output)
    return output.getvalue()


@pytest.fixture
def experience(db: None) -> Experience:
    return factories.create_experience(factories.create_artist())


def test_withdrawing_says_what_happened_and_the_receipt_stays_readable(experience: Experience) -> None:
    assert run("withdraw", experience.pk).startswith(f"experience:{experience.pk} is withdrawn")

    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()
    assert receipt["withdrawn_at"] is not None
    assert receipt["commitment"]["sha256"] == experience.content_hash
    assert b"Taken back" in Client().get(f"/r/{experience.receipt_key}").content
    assert Draft.objects.get(pk=experience.draft).text == experience.text


def test_erasing_removes_the_words_from_the_experience_and_its_draft(experience: Experience) -> None:
    text = experience.text

    assert run("erase", experience.pk).startswith(f"experience:{experience.pk} is erased")

    erased, draft = Experience.objects.get(pk=experience.pk), Draft.objects.get(pk=experience.draft)
    assert (erased.text, erased.salt, erased.why) == (None, None, None)
    assert (draft.text, draft.original_text, draft.facts, draft.salt) == (None, None, None, None)
    assert draft.state == Draft.State.DELIVERED
    page = Client().get(f"/r/{experience.receipt_key}")
    assert (page.status_code, text in page.content.decode()) == (200, False)
    assert Entry.objects.get(action="experience.erased").facts == {"reason": REASON}


def test_if_the_draft_cannot_be_erased_nothing_is(experience: Experience, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(erasure.Draft.objects, "filter", fail)

    with pytest.raises(RuntimeError):
        run("erase", experience.pk)

    assert Experience.objects.get(pk=experience.pk).text == experience.text
    assert not Entry.objects.filter(action="experience.erased").exists()
    assert not Notice.objects.filter(kind="experience.erased").exists()


@pytest.mark.parametrize("action", ["withdraw", "erase"])
def test_doing_it_twice_is_an_error(experience: Experience, action: str) -> None:
    run(action, experience.pk)

    with pytest.raises(CommandError, match=r"before\. Nothing was changed\.") as error:
        run(action, experience.pk)

    assert error.value.returncode == 1


@pytest.mark.django_db
def test_an_unknown_experience_is_an_error() -> None:
    unknown = uuid.uuid4()

    with pytest.raises(CommandError, match=f"There is no experience {unknown}"):
        run("withdraw", unknown)


def test_a_personal_or_empty_reason_is_an_error(experience: Experience) -> None:
    for reason in (" ", f"Because of {experience.person.email}"):
        with pytest.raises(CommandError, match="reason"):
            run("withdraw", experience.pk, reason)

    assert Experience.objects.get(pk=experience.pk).withdrawn_at is None


@pytest.mark.parametrize("arguments", [["withdraw"], ["withdraw", "x", "--reason=y"], ["erase", str(uuid.uuid4())]])
def test_wrong_arguments_exit_with_2(arguments: list[str]) -> None:
    command = [sys.executable, "manage.py", "experience", *arguments]

    result = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)

    assert (result.returncode, "usage: manage.py experience" in result.stderr) == (2, True)


def test_of_two_withdrawals_at_once_one_is_refused(committing_db: Database) -> None:
    experience = factories.create_experience(factories.create_artist())

    def withdraw() -> str:
        try:
            experiences.withdraw(experience.pk, by="system:operator", reason=REASON)
        except AlreadyWithdrawn:
            return "refused"
        return "withdrawn"

    assert sorted(run_at_once(withdraw, withdraw)) == ["refused", "withdrawn"]
    assert Entry.objects.filter(action="experience.withdrawn").count() == 1


def test_bytes_that_are_no_text_are_refused_in_one_sentence() -> None:
    argv = [sys.executable, "manage.py", "experience", "withdraw", str(uuid.uuid4()), b"--reason=bad\xff"]

    ended = subprocess.run(argv, cwd=BASE_DIR, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines() == ["Error: '--reason=bad\\udcff' is not UTF-8. Nothing was done."]
