"""Who may look through the operator's window, and that nobody can change anything through it."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import Person
from audit.models import Entry
from catalog.models import Artist
from tests import factories
from tests.accounts.factories import PASSWORD, create_person, sign_in
from tests.accounts.test_reauthentication import age_session
from tests.adversarial.addresses import url_patterns
from tests.operator.addresses import INDEX, MODELS, REASON, URL_NAMES, VIEWS, address
from tests.operator.conftest import Objects

pytestmark = pytest.mark.django_db
FIND_ADDRESS_SCRIPT = """
import django; django.setup()
from django.urls import Resolver404, resolve
try: print(resolve("/operator/"))
except Resolver404: print("nothing there")
"""


def state(found: models.Model) -> dict[str, Any]:
    return type(found)._default_manager.filter(pk=found.pk).values().get()


def row_counts(objects: Objects) -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in objects if model is not Entry}


@pytest.mark.parametrize("superuser", [False, True], ids=["staff", "superuser"])
def test_nothing_can_be_added_changed_or_deleted(
    operator: Client, objects: Objects, superuser: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if superuser:  # we have none; what Django would ask of one says yes to everything
        for name in ("is_superuser", "has_perm", "has_perms", "has_module_perms"):
            monkeypatch.setattr(Person, name, True if name == "is_superuser" else lambda *args: True, raising=False)
    counts, before = row_counts(objects), {model: state(found) for model, found in objects.items()}

    answers = {
        (model._meta.label, what): answer.status_code
        for model, found in objects.items()
        for what, answer in attempts(operator, found).items()
    }

    assert len(answers) == 9 * len(MODELS)
    assert answers == dict.fromkeys(answers, 403)
    assert {model: state(found) for model, found in objects.items()} == before
    assert row_counts(objects) == counts


def attempts(operator: Client, found: models.Model) -> dict[str, Any]:
    """Every way in which Django's admin adds, changes and deletes."""
    add, change, delete = (address(view, found) for view in ("add", "change", "delete"))
    form = {**dict.fromkeys(state(found), "1"), "_save": "Save", "post": "yes"}
    action = {"action": "delete_selected", "_selected_action": str(found.pk), "index": "0"}
    return {
        "the form to add": operator.get(add),
        "adding": operator.post(add, form),
        "changing": operator.post(change, form),
        "saving as new": operator.post(change, {**form, "_saveasnew": "1"}),
        "asking to delete": operator.get(delete),
        "deleting": operator.post(delete, form),
        "an action": operator.post(address("changelist", found), action),
        "PUT": operator.put(change),
        "DELETE": operator.delete(change),
    }


def test_staff_see_every_list_and_object(operator: Client, objects: Objects) -> None:
    paths = [address(view, found) for found in objects.values() for view in ("changelist", "change")]
    paths += [INDEX, *(f"{INDEX}{label}/" for label in {model._meta.app_label for model in objects})]

    assert {path: operator.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_to_everyone_else_there_is_no_window(objects: Objects) -> None:
    principal = factories.get_member(objects[Artist], "principal")
    for person in (create_person("ana"), principal):
        client = factories.signed_in_client(person)
        for found in objects.values():
            for view, method in VIEWS.items():
                answer = getattr(client, method)(address(view, found), {**REASON, "key": str(found.pk)})
                assert answer.status_code == 404, (view, found)
        assert client.get(INDEX).status_code == 404
        assert client.get(f"{INDEX}fans/").status_code == 404
    assert not Entry.objects.filter(action__startswith="operator.")


def test_who_is_not_signed_in_signs_in_at_our_own_page(objects: Objects, client: Client) -> None:
    for found in objects.values():
        for view, method in VIEWS.items():
            answer = getattr(client, method)(address(view, found))
            assert (answer.status_code, answer["Location"][:22]) == (302, "/accounts/login/?next="), (view, found)
    for page in (INDEX, f"{INDEX}fans/"):
        assert client.get(page)["Location"] == f"/accounts/login/?next={page}"


def test_a_password_that_was_typed_too_long_ago_is_asked_for_again(client: Client, objects: Objects) -> None:
    sign_in(client, create_person("olga", is_staff=True).email)
    operator = client
    page = address("change", objects[Person])
    age_session(operator, 600)

    stale = operator.get(page)
    revealed = operator.post(
        address("reveal", objects[Person]), REASON, headers={"Referer": f"http://testserver{page}"}
    )
    fresh = operator.post(stale["Location"], {"password": PASSWORD})

    assert stale["Location"].startswith("/accounts/reauthenticate/?next=%2Foperator%2Faccounts%2Fperson%2F")
    assert (revealed.status_code, revealed["Location"]) == (302, stale["Location"])
    assert fresh["Location"] == page
    assert operator.get(page).status_code == 200
    assert not Entry.objects.filter(action__startswith="operator.")


def test_a_session_without_a_typed_password_is_not_enough(staff: Person) -> None:
    client = factories.signed_in_client(staff)

    assert client.get(INDEX)["Location"] == "/accounts/reauthenticate/?next=%2Foperator%2F"


def test_staff_who_were_dismissed_see_nothing_from_then_on(operator: Client, staff: Person) -> None:
    before = operator.get(INDEX).status_code
    Person.objects.filter(pk=staff.pk).update(is_staff=False)

    assert (before, operator.get(INDEX).status_code) == (200, 404)


def test_a_reveal_needs_the_csrf_token(staff: Person, objects: Objects) -> None:
    client = factories.signed_in_client(staff, enforce_csrf_checks=True)

    assert client.post(address("reveal", objects[Person]), REASON).status_code == 403


@pytest.mark.parametrize(
    "name", ["login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"]
)
def test_djangos_own_sign_in_and_helpers_are_not_there(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{name}")


def test_no_object_has_a_history_page(operator: Client, objects: Objects) -> None:
    for found in objects.values():
        page = address("change", found)
        assert operator.get(page.replace("/change/", "/history/")).status_code == 404
        assert "history" not in operator.get(page).content.decode().lower()


def test_what_is_not_there_is_404_for_operators_too(operator: Client) -> None:
    paths = [
        "login/", "logout/", "password_change/", "nothing/", "accounts/person/1/change/", "accounts/person/x/change/",
        f"listens/listen/{10**30}/change/", "listens/listen/-1/change/",
        "listens/listen/?person=x", "listens/listen/?person=%00", "audit/entry/?subject=%00",
    ]  # fmt: skip

    assert {path: operator.get(INDEX + path).status_code for path in paths} == dict.fromkeys(paths, 404)


def test_pages_are_never_cached(operator: Client, objects: Objects) -> None:
    for page in (INDEX, f"{INDEX}fans/", address("changelist", objects[Person]), address("change", objects[Person])):
        assert "no-store" in operator.get(page)["Cache-Control"]
    assert "no-store" in operator.post(address("reveal", objects[Person]), REASON)["Cache-Control"]


def test_the_window_writes_no_log_of_its_own(operator: Client, objects: Objects) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)

    operator.post(address("reveal", objects[Person]), REASON)

    assert [table for table in tables if "admin" in table] == []


def test_a_person_without_anything_can_still_be_deleted() -> None:
    """Django would look for their entries in the admin's log, whose table does not exist."""
    person = factories.create_person("Ana")

    person.delete()

    assert not Person.objects.filter(pk=person.pk)


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_window_is_off_by_a_setting() -> None:
    production = {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "fanfare.example"}
    env = {**os.environ, **production, "DJANGO_SETTINGS_MODULE": "config.settings"}

    def outcome(**more: str) -> str:
        command = [sys.executable, "-c", f"import config\n{FIND_ADDRESS_SCRIPT}"]
        return subprocess.run(command, env={**env, **more}, capture_output=True, text=True, check=True).stdout

    assert outcome(OPERATOR_WINDOW="0").strip() == "nothing there"
    assert "url_name='index'" in outcome()


def test_the_window_has_no_other_addresses() -> None:
    """These are all asked for above, by everybody who must not see them."""
    [window] = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == INDEX[1:]]

    assert {str(pattern.name) for pattern in url_patterns(window)} == URL_NAMES
