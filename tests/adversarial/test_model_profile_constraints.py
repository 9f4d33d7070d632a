"""Raw SQL with the app role against profiles of model servers: none is rewritten, none used without a probe."""

import pytest

from artists.models import ModelProfile
from artists.suggestions import profiles
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql

pytestmark = pytest.mark.django_db
ADD = (
    "INSERT INTO artists_modelprofile (name, base_url, key_name, model, token_parameter, structured, by)"
    " VALUES (%s, %s, %s, 'm', %s, %s, %s)"
)
PROBED = (
    "UPDATE artists_modelprofile SET probed_at = now(), lists_model = 'yes', keeps_limit = %s, obeys_schema = %s,"
    " obeys_bounds = 'yes'"
)
USE = "UPDATE artists_modelprofile SET in_use = true"
ADDRESS = "https://api.openai.com/v1"


@pytest.fixture
def profile(db: None) -> ModelProfile:
    fields = {"base_url": ADDRESS, "key_name": "", "model": "m", "token_parameter": "max_tokens"}
    return profiles.save("OpenAI", by=factories.get_staff(), structured="json_schema", **fields)


def test_a_profile_is_never_edited_nor_removed(profile: ModelProfile) -> None:
    for column in ("name", "base_url", "key_name", "model", "token_parameter", "structured", "by"):
        refused("permission denied", f"UPDATE artists_modelprofile SET {column} = 'x'")
    refused("permission denied", "UPDATE artists_modelprofile SET saved_at = now()")
    refused("permission denied", "DELETE FROM artists_modelprofile")
    refused("permission denied", "TRUNCATE artists_modelprofile CASCADE")


def test_a_profile_is_saved_by_staff_unprobed_and_asked_in_a_known_way(db: None) -> None:
    staff, fan = factories.get_staff().actor, factories.create_fan().actor
    good = ["n", ADDRESS, "LLM_KEY_A", "max_tokens", "none", staff]
    for place, value, promise in [
        (5, fan, "saved by staff"),
        (5, "system:models", "saved by staff"),
        (2, "SECRET_KEY", "a_profile_names_its_key"),
        (2, "LLM_KEY_a", "a_profile_names_its_key"),
        (1, "https://user@api.openai.com/v1", "an_address_without_user_and_query"),
        (1, "file:///etc/passwd", "an_address_without_user_and_query"),
        (1, "https://api.openai.com/v1?x", "an_address_without_user_and_query"),
        (3, "n", "a_server_is_asked_in_a_known_way"),
        (4, "guess", "a_server_is_asked_in_a_known_way"),
    ]:
        refused(promise, ADD, *[value if n == place else each for n, each in enumerate(good)])
    used = ADD.replace("by)", "by, in_use)").replace("%s)", "%s, true)")
    refused("probed after it was saved", used, *good)


def test_only_what_was_probed_and_kept_its_word_is_used(profile: ModelProfile) -> None:
    refused("only_a_usable_profile_is_in_use", USE)
    refused("a_profile_is_probed_as_a_whole", "UPDATE artists_modelprofile SET keeps_limit = 'yes'")
    refused("generated column", "UPDATE artists_modelprofile SET is_usable = true")
    sql(PROBED, "yes", "prose")
    refused("only_a_usable_profile_is_in_use", USE)
    refused("history is not changed", PROBED, "yes", "yes")
    refused("history is not changed", "UPDATE artists_modelprofile SET obeys_schema = 'yes'")


def test_one_profile_is_in_use_and_none_after_its_end(profile: ModelProfile) -> None:
    sql(ADD, "second", ADDRESS, "", "max_tokens", "none", factories.get_staff().actor)
    sql(PROBED, "yes", "yes")

    refused("one_profile_is_in_use", USE)
    sql(USE + " WHERE name = 'second'")
    refused("only_a_usable_profile_is_in_use", "UPDATE artists_modelprofile SET ended_at = now()")
    sql("UPDATE artists_modelprofile SET ended_at = now(), in_use = false")
    refused("history is not changed", "UPDATE artists_modelprofile SET ended_at = NULL")
    refused(
        "one_current_profile_a_name",
        ADD.replace("VALUES (%s", "SELECT (%s")
        .replace("%s)", "%s FROM generate_series(1, 2)")
        .replace("SELECT (", "SELECT "),
        "twice",
        ADDRESS,
        "",
        "max_tokens",
        "none",
        factories.get_staff().actor,
    )
