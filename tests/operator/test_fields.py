"""What the operator's window shows of each model, what it hides, and what it never shows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import Person
from artists.models import Draft
from audit.models import Entry
from config.admin.read_only import ReadOnlyAdmin
from config.admin.site import site
from events.models import DeadLetter
from fans.models import Experience
from listens.models import Listen
from tests import factories
from tests.operator.addresses import MODEL_NAMES, MODELS, REASON, address
from tests.operator.conftest import Objects
from web.times import write_exact_time

pytestmark = pytest.mark.django_db
MADE_UP = re.compile("hidden|fatima", re.IGNORECASE)


def admin_of(model: type[models.Model]) -> ReadOnlyAdmin:
    found = site._registry[model]
    assert isinstance(found, ReadOnlyAdmin)
    return found


def texts(value: Any) -> Iterator[str]:
    """What of a field's value can be looked for on a page: of JSON only words that tests/operator made up."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from (text for text in texts(part) if MADE_UP.search(text))
    elif isinstance(value, bytes | memoryview):
        yield bytes(value).decode("utf-8", "backslashreplace")
    elif value is not None and len(str(value)) > 3:
        yield str(value)


def texts_of(found: models.Model, names: Any) -> set[str]:
    fresh = type(found)._default_manager.get(pk=found.pk)
    return {escape(text) for name in names for text in texts(getattr(fresh, name))}


@pytest.mark.parametrize("model", MODELS, ids=MODEL_NAMES)
def test_every_field_is_shown_hidden_or_secret(model: type[models.Model]) -> None:
    """Whoever adds a field to a model decides here what operators see of it."""
    decided = [*admin_of(model).shown, *admin_of(model).hidden, *admin_of(model).secret]
    fields = [field.name for field in model._meta.concrete_fields]
    methods = {name for name in decided if name not in fields and hasattr(admin_of(model), name)}

    assert sorted(set(decided) - methods) == sorted(fields)
    assert len(set(decided)) == len(decided)


@pytest.mark.parametrize("model", MODELS, ids=MODEL_NAMES)
def test_lists_name_no_hidden_field(model: type[models.Model]) -> None:
    shown = admin_of(model).shown

    assert [name for name in admin_of(model).list_display if not {name, name.removesuffix("_id")} & set(shown)] == []


def test_the_models_that_support_needs_are_there(objects: Objects) -> None:
    assert set(MODELS) == set(objects)


def test_hidden_and_secret_text_is_on_no_page(operator: Client, objects: Objects) -> None:
    for model, found in objects.items():
        private = texts_of(found, [*admin_of(model).hidden, *admin_of(model).secret])
        pages = [operator.get(address(view, found)) for view in ("changelist", "change")]
        pages.append(operator.post(address("reveal", found), {"reason": "", "case": ""}))

        assert bool(private) == bool(admin_of(model).hidden), model  # something could leak
        assert [(model, text) for text in private for page in pages if text in page.content.decode()] == []


def test_a_reveal_shows_what_is_hidden_and_nothing_secret(operator: Client, objects: Objects) -> None:
    for model, found in objects.items():
        answer = operator.post(address("reveal", found), REASON)

        page = answer.content.decode()
        assert answer.status_code == (200 if admin_of(model).hidden else 403)
        assert [(model, text) for text in texts_of(found, admin_of(model).hidden) if text not in page] == []
        assert [(model, text) for text in texts_of(found, admin_of(model).secret) if text in page] == []


def test_hidden_columns_are_not_even_read(operator: Client, objects: Objects) -> None:
    """A reason's kind is cut from the reason. Of people, the one who is signed in is read whole."""
    for model, found in objects.items():
        columns = {model._meta.get_field(name).column for name in [*admin_of(model).hidden, *admin_of(model).secret]}
        with CaptureQueriesContext(connection) as queries:
            for view in ("changelist", "change"):
                operator.get(address(view, found))

        own = [query["sql"] for query in queries if model is not Person or str(found.pk) in query["sql"]]
        read = {column for sql in own for column in columns if f'"{model._meta.db_table}"."{column}"' in sql}
        assert (model, read) == (model, {"reason"} if "reason_kind" in admin_of(model).shown else set())


def test_bytes_are_shown_as_text(operator: Client, objects: Objects) -> None:
    page = operator.post(address("reveal", objects[DeadLetter]), REASON).content.decode()

    assert r"\xffhidden value" in page


def test_keys_and_times_are_shown_as_they_are_stored(operator: Client, objects: Objects) -> None:
    experience = objects[Experience]
    when = write_exact_time(experience.delivered_at)

    for view in ("changelist", "change"):
        page = operator.get(address(view, experience)).content.decode()
        assert ">filled<" in page
        assert when in page


def test_only_the_kind_of_a_reason_is_shown(operator: Client, objects: Objects) -> None:
    page = operator.get(address("change", objects[Draft])).content.decode()

    assert "declined" in page
    assert "words of a reviewer" not in page


def test_no_list_is_counted_and_each_is_bounded(operator: Client, objects: Objects) -> None:
    for model, found in objects.items():
        with CaptureQueriesContext(connection) as queries:
            operator.get(address("changelist", found))

        table, asked = model._meta.db_table, [query["sql"] for query in queries]
        ends = [sql.rpartition(" ORDER BY ")[2] for sql in asked if f'FROM "{table}"' in sql and "ORDER BY" in sql]
        assert [sql for sql in asked if "COUNT(" in sql.upper()] == []
        assert ends == ([] if model is Person else [f'"{table}"."{model._meta.pk.column}" DESC LIMIT 50'])


def test_a_list_holds_the_newest_and_asks_as_often_for_three_as_for_one(operator: Client, objects: Objects) -> None:
    artist = objects[Experience].artist
    numbers = []
    for more in (0, 50):
        factories.insert_listens(objects[Person], artist, more)
        with CaptureQueriesContext(connection) as queries:
            page = operator.get(address("changelist", objects[Listen])).content.decode()
        numbers.append(len(queries))

    newest = Listen.objects.order_by("-pk").values_list("pk", flat=True)
    assert numbers[0] == numbers[1]
    assert page.count('class="field-id"') == 50
    assert f'/{newest[0]}/change/"' in page
    assert f'/{newest[50]}/change/"' not in page


def test_djangos_own_parameters_ask_for_nothing(operator: Client, objects: Objects) -> None:
    """Otherwise they could say what a hidden field begins with, or sort a big table."""
    page = address("changelist", objects[Listen])
    plain = operator.get(page)
    asked = "?title__startswith=x&person__email__startswith=x&o=-2&q=x&p=9&all=1&_facets=1&_popup=1&_to_field=title"

    answer = operator.get(page + asked)

    assert answer.status_code == 200
    assert answer.context["cl"].result_list == plain.context["cl"].result_list != []
    assert operator.get(f"{page}?_to_field=title").status_code == 200


def test_lists_can_be_narrowed_by_a_person_and_the_audit_by_its_subject(operator: Client, objects: Objects) -> None:
    other = factories.create_fan("Bo")
    factories.insert_listens(other, objects[Experience].artist)
    page = operator.get(address("change", other)).content.decode()
    listens, audit = (
        f"/operator/listens/listen/?person={other.pk}",
        f"/operator/audit/entry/?subject=person%3A{other.pk}",
    )

    shown = operator.get(listens).context["cl"].result_list

    assert listens in page
    assert audit in page
    assert [listen.person_id for listen in shown] == [other.pk]
    assert operator.get(audit).context["cl"].result_list == list(
        Entry.objects.filter(subject=other.actor).order_by("-pk")
    )


def test_an_object_opens_by_its_id(operator: Client, objects: Objects) -> None:
    for found in objects.values():
        answer = operator.post(address("find", found), {"key": f" {found.pk} "})
        assert answer["Location"] == address("change", found)

    nothing = operator.post(address("find", objects[Listen]), {"key": "8" * 30}, follow=True)
    assert "Nothing with this name was found." in nothing.content.decode()
    assert not Entry.objects.filter(action__startswith="operator.")


def test_the_people_are_not_listed(operator: Client, objects: Objects) -> None:
    answer = operator.get(address("changelist", objects[Person]))

    assert answer.context["cl"].result_list == []


def test_lists_are_named_in_plain_words(operator: Client) -> None:
    page = operator.get("/operator/fans/").text

    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Fans"]
    assert ("Opt-ins" in page, "Opt ins" in page) == (True, False)
