"""Staff read how income is split, and write the next version; old versions stay as they are."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from rights import agreements
from rights.models import SplitLine, SplitScheme, Use
from tests import factories
from tests.artists.label.agreements import Scene, accept, propose
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners
from tests.rights.albums import add_scheme

pytestmark = pytest.mark.django_db
PATH = "/desk/splits"
SHARES = {"platform": "20", "recording_owner": "46.66", "featured_artist": "33,34 %"}


@pytest.fixture
def client(db: None) -> Client:
    return factories.fresh_client(factories.get_staff())


def store(client: Client, **changes: Any) -> Any:
    return client.post(PATH, {"use": "remix"} | SHARES | changes, follow=True)


def list_lines(scheme: SplitScheme) -> dict[str, int]:
    return dict(scheme.lines.values_list("role", "share"))


def test_staff_store_a_version_that_the_page_then_shows(client: Client) -> None:
    before = visible_text(client.get(PATH))
    page = visible_text(store(client))
    scheme = SplitScheme.objects.get()

    assert "No split yet" in before
    assert "Stored: version 1 of the split of income from remixes." in page
    assert "Version 1, the newest. In force in 0 agreements." in page
    assert "Owner of the recording 46.66 % €4.67" in " ".join(page.split())
    assert list_lines(scheme) == {"platform": 2_000, "recording_owner": 4_666, "featured_artist": 3_334}
    entry = Entry.objects.get(action="scheme.added")
    assert (entry.actor, entry.subject) == (factories.get_staff().actor, f"scheme:{scheme.pk}")


def test_the_next_version_begins_with_the_newest_and_leaves_it_as_it_is(client: Client) -> None:
    store(client)
    first = SplitScheme.objects.get()
    form = client.get(PATH, {"from": first.pk}).content.decode()

    page = visible_text(store(client, platform="10", writer="10"))

    assert 'name="recording_owner" value="46.66"' in form
    assert list_lines(first) == {"platform": 2_000, "recording_owner": 4_666, "featured_artist": 3_334}
    assert SplitScheme.objects.get(version=2).lines.count() == 4
    assert "Version 2, the newest." in page
    assert "Version 1 , in force in 0 agreements" in page


def test_a_form_that_is_sent_twice_stores_one_version(client: Client) -> None:
    answers = [store(client), store(client)]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert "Version 1 says exactly this, so there is nothing to store." in visible_text(answers[1])
    assert SplitScheme.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"platform": "19.99"}, "The shares add up to 99.99 %: 0.01 % is missing."),
        ({"platform": "21"}, "The shares add up to 101 %: 1 % is too much."),
        ({"platform": "-20"}, "A share is from 0.01 to 100 percent, with at most two decimals."),
        ({"platform": "20.001"}, "A share is from 0.01 to 100 percent, with at most two decimals."),
        ({"use": "voice"}, ""),
        ({"use": "personal_message"}, ""),
        ({"tier_class": "\u200b"}, ""),
    ],
)
def test_what_does_not_add_up_is_kept_and_refused(client: Client, changes: dict[str, str], problem: str) -> None:
    answer = store(client, **changes)

    assert (answer.status_code, SplitScheme.objects.count(), SplitLine.objects.count()) == (422, 0, 0)
    assert problem in " ".join(visible_text(answer).split())
    assert 'name="recording_owner" value="46.66"' in answer.content.decode()


def test_the_page_says_how_many_agreements_name_a_version(client: Client, scene: Scene) -> None:
    scheme = add_scheme()
    version = propose(scene.label, scene.song.artist, scheme=scheme)
    proposed = visible_text(client.get(PATH))
    accept(version, scene.label, scene.song.artist)
    in_force = visible_text(client.get(PATH))
    agreements.end(version, by=owners.get_signer(scene.label))

    assert "In force in 0 agreements." in proposed
    assert "In force in 1 agreement." in in_force
    assert "In force in 0 agreements." in visible_text(client.get(PATH))


def test_each_class_of_tiers_has_versions_of_its_own(client: Client) -> None:
    store(client, use="tier")
    store(client, use="tier", tier_class="supporter")

    assert list(SplitScheme.objects.order_by("pk").values_list("use", "tier_class", "version")) == [
        (Use.TIER, "", 1),
        (Use.TIER, "supporter", 1),
    ]


def test_the_page_is_for_staff_alone(scene: Scene) -> None:
    for person in (factories.create_fan(), owners.get_signer(scene.label)):
        client = factories.fresh_client(person)
        assert [client.get(PATH).status_code, store(client).status_code] == [404, 404]
    assert SplitScheme.objects.count() == 0
