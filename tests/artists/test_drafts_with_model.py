import pytest
from django.db import connection
from pytest_django import Settings

from artists import drafts, generation, marks
from artists.models import Draft, Moment
from audit.models import Entry
from tests import factories
from tests.ai import chat_server
from tests.servers import Database


def use_model(settings: Settings, chat: chat_server.ChatServer, text: str) -> None:
    chat.answers = [chat_server.text_answer(text)]
    settings.LLM_BASE_URL, settings.LLM_MODEL = chat.base_url, "tiny-1"


@pytest.mark.django_db
def test_a_model_writes_where_the_settings_name_one(settings: Settings) -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist))
    with chat_server.run_chat_server() as chat:
        use_model(settings, chat, "Thank you for the {plays} plays, {name}.")
        drafts.write_next()

    draft = Draft.objects.get(moment=moment)
    assert (draft.text, draft.maker) == ("Thank you for the 3 plays, Ana.", "model:tiny-1")
    assert marks.derive_parts(draft) == [{"part": "words", "by": "the model tiny-1", "kind": "model"}]


@pytest.mark.django_db
def test_the_composer_writes_where_the_guard_refuses_the_models_text(settings: Settings) -> None:
    artist = factories.create_artist()
    factories.create_moment(factories.create_program(artist))
    with chat_server.run_chat_server() as chat:
        use_model(settings, chat, "I love you, {name}. Meet me backstage.")
        drafts.write_next()

    assert Draft.objects.get().maker == "composer"
    assert Entry.objects.get(action="draft.written").facts["why_composer"] == "guard"


def test_a_model_is_asked_outside_a_transaction(committing_db: Database, settings: Settings) -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist))
    states: list[str] = []

    def answer_and_refuse(handler: object) -> None:
        with connection.cursor() as cursor:  # another thread, another connection
            cursor.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            states.extend(row[0] for row in cursor.fetchall())
        Moment.objects.filter(pk=moment.pk, state="noticed").update(state="refused", reason="taken back meanwhile")
        connection.close()
        chat_server.text_answer("Thank you, {name}.")(handler)

    with chat_server.run_chat_server() as chat:
        use_model(settings, chat, "")
        chat.answers = [answer_and_refuse]
        assert drafts.write_next()

    assert states
    assert [state for state in states if "transaction" in state] == []
    assert Draft.objects.count() == 0  # stored only if the moment is still noticed


def test_a_model_url_that_is_not_allowed_is_refused(settings: Settings) -> None:
    settings.LLM_BASE_URL = "http://models.example.com/v1"

    with pytest.raises(Exception, match="LLM_BASE_URL cannot be used"):
        generation.configured_model()
