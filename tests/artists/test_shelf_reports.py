"""A hearer reports a remix on the shelf: staff and the team learn of it, and it comes off when staff agree."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Person
from artists import erasure, moderation
from artists.remixes import shelf as decisions
from audit.models import Entry
from catalog.models import Artist
from fans import reports as fan_reports
from fans import shelf
from fans.models import ShelfEntry
from live.models import Notice
from tests import factories
from tests.artists import shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.artists.studio.pages import HTMX_HEADERS, visible_text
from trust import reports
from trust.exceptions import AlreadyReported
from trust.models import Report

pytestmark = pytest.mark.django_db
STUDIO = "/studio/mara-veil/shelf"


@pytest.fixture
def scene(artist: Artist, settings: Settings, tmp_path: Path) -> Shelf:
    return shelf_scene.create(artist, settings, tmp_path)


@pytest.fixture
def hearer() -> Person:
    return factories.create_fan("Xaver")


def report(entry: ShelfEntry, hearer: Person, reason: str = "hurtful") -> Report:
    found = shelf.find_reportable(hearer, entry.pk)
    assert found
    return fan_reports.report_entry(found, by=hearer, reason=reason)


def look() -> None:
    while moderation.look_at_next():
        pass


def test_a_hearer_reports_it_once_with_what_they_saw(scene: Shelf, hearer: Person) -> None:
    entry, client = scene.put_on(), factories.signed_in_client(hearer)
    address = f"/shelf/{entry.pk}/report"
    assert address in client.get(f"/shelf/{entry.pk}").content.decode()
    form = {"reason": "pretends", "said": "That is not her."}

    unsaid = client.post(address, {"reason": "other"})
    sent = client.post(address, form)
    again = client.post(address, form, headers=HTMX_HEADERS)

    stored = Report.objects.get()
    assert [answer.status_code for answer in (unsaid, sent, again)] == [422, 302, 409]
    assert (stored.by, stored.subject, stored.program, stored.audience) == (hearer, str(entry), None, None)
    assert stored.shown
    assert (stored.shown["mark"], stored.shown["program"]) == (entry.mark_words, "Low Tide Choir, remix by Zeynep")
    assert f"Tempo: 120 → 108; Room: hall. Render {entry.render_id}." in stored.shown["text"]
    assert "You reported this on" in visible_text(client.get(address))
    with pytest.raises(AlreadyReported):
        report(entry, hearer)


def test_nobody_reports_what_they_cannot_hear_or_their_own(scene: Shelf, hearer: Person) -> None:
    waiting = scene.offer()
    address, api = f"/shelf/{waiting.pk}/report", f"/api/v1/shelf/{waiting.pk}/report"
    of_hearer, of_maker = factories.signed_in_client(hearer), factories.signed_in_client(scene.maker)
    assert [of_hearer.get(address).status_code, of_hearer.post(address, {"reason": "untrue"}).status_code] == [404, 404]
    decisions.put_on(waiting.pk, by=scene.principal)

    assert [of_maker.post(each, {"reason": "untrue"}).status_code for each in (address, api)] == [404, 404]
    assert address not in of_maker.get(f"/shelf/{waiting.pk}").content.decode()
    assert not Report.objects.exists()


def test_the_team_sees_why_and_takes_it_off(scene: Shelf, hearer: Person) -> None:
    entry, team = scene.put_on(), factories.signed_in_client(scene.principal)
    report(entry, hearer)
    report(entry, factories.create_fan("Jo"))
    told = Notice.objects.filter(person=scene.principal, kind="shelf.changed").count()

    look()

    assert Notice.objects.filter(person=scene.principal, kind="shelf.changed").count() == told + 1
    page = visible_text(team.get(STUDIO))
    assert "Reported by 2 fans: It is hurtful." in page
    assert "Xaver" not in page
    assert "A fan reported a remix on your page" in visible_text(team.get("/studio/mara-veil/"))
    assert "Remixes by fans" in visible_text(team.get("/studio/mara-veil/programs"))
    [listed] = team.get("/api/v1/studio/mara-veil/shelf").json()["results"]
    assert listed["reported"] == [{"reason": "hurtful", "fans": 2}]

    team.post(f"{STUDIO}/{entry.pk}/take-off")

    assert "reported a remix" not in visible_text(team.get("/studio/mara-veil/"))
    client = factories.signed_in_client(hearer)
    page = visible_text(client.get(f"/shelf/{entry.pk}/report"))
    assert ("It cannot be heard here any more." in page, "You reported this on" in page) == (True, True)


def test_what_is_reported_stands_first_however_old_it_is(
    scene: Shelf, hearer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PAGE_SIZE", 1)
    oldest = scene.put_on()
    for name in ("Bo", "Cy"):
        shelf_scene.deliver(scene.song, factories.create_fan(name, opted_in=oldest.artist)).put_on(name)
    filed, team = report(oldest, hearer), factories.signed_in_client(scene.principal)

    page = visible_text(team.get(STUDIO))
    reports.handle(filed, upheld=False, note="It is kind.", by=factories.get_staff())
    later = visible_text(team.get(STUDIO))

    assert "Reported by fans Low Tide Choir , by Zeynep" in page
    assert [page.count(f", by {name}") for name in ("Zeynep", "Cy", "Bo")] == [1, 1, 0]
    assert ("Reported by fans" in later, ", by Zeynep" in later) == (False, False)


def test_it_comes_off_when_staff_agree(scene: Shelf, hearer: Person) -> None:
    entry, staff = scene.put_on(), factories.signed_in_client(factories.get_staff())
    filed = report(entry, hearer)
    desk = visible_text(staff.get("/desk/reports"))
    assert "Low Tide Choir, remix by Zeynep" in desk
    assert "On the artist’s page" in desk

    staff.post(f"/desk/reports/{filed.pk}", {"verdict": "uphold", "note": "It is."})
    assert ShelfEntry.objects.get().state == "on"
    look()

    entry.refresh_from_db()
    assert (entry.state, entry.ended_by) == ("off", "system:reports")
    assert Entry.objects.get(action="shelf.taken_off").facts["reason"] == "reported"
    assert Notice.objects.filter(person=scene.maker, kind="shelf.changed", reference=str(entry)).exists()
    assert "Off the page" in visible_text(staff.get("/desk/reports?handled"))
    page = visible_text(factories.signed_in_client(hearer).get("/feed/notices"))
    assert "about Mara Veil and agreed. It was taken off." in page


def test_what_staff_dismiss_stays_and_is_not_told(scene: Shelf, hearer: Person) -> None:
    entry = scene.put_on()
    reports.handle(report(entry, hearer), upheld=False, note="It is kind.", by=factories.get_staff())

    look()

    entry.refresh_from_db()
    assert entry.state == "on"
    assert "Reported by" not in visible_text(factories.signed_in_client(scene.principal).get(STUDIO))


def test_a_verdict_on_what_left_the_shelf_changes_nothing(scene: Shelf, hearer: Person) -> None:
    entry = scene.put_on()
    filed = report(entry, hearer)
    decisions.take_off(entry.pk, by=scene.maker)
    reports.handle(filed, upheld=True, note="It is.", by=factories.get_staff())

    look()

    entry.refresh_from_db()
    assert (entry.state, entry.ended_by) == ("off", scene.maker.actor)


def test_the_name_of_the_maker_is_erased_from_reports_too(scene: Shelf, hearer: Person) -> None:
    filed = report(scene.put_on(), hearer)

    erasure.erase_experience(scene.experience.pk, by="system:operator", reason="a test")

    filed.refresh_from_db()
    assert (filed.shown, filed.reason) == (None, "hurtful")
    assert "Zeynep" not in visible_text(factories.signed_in_client(factories.get_staff()).get("/desk/reports"))


def test_the_api_reports_it(scene: Shelf, hearer: Person) -> None:
    entry, client = scene.put_on(), factories.signed_in_client(hearer)
    address = f"/api/v1/shelf/{entry.pk}/report"

    unsaid = client.post(address, {"reason": "other"}, content_type="application/json")
    sent = client.post(address, {"reason": "sexual", "words": "Listen."}, content_type="application/json")
    again = client.post(address, {"reason": "sexual"}, content_type="application/json")

    assert [answer.status_code for answer in (unsaid, sent, again)] == [400, 201, 409]
    assert (sent.json()["reason"], sent.json()["state"]) == ("sexual", "open")
    assert Report.objects.get().words == "Listen."


def test_nobody_reports_all_day(scene: Shelf, hearer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_reports, "REPORTS_A_DAY", 1)
    first, client = scene.put_on(), factories.signed_in_client(hearer)
    second = shelf_scene.deliver(scene.song, factories.create_fan("Bo", opted_in=first.artist)).put_on("Bo")

    client.post(f"/shelf/{first.pk}/report", {"reason": "untrue"})
    page = client.post(f"/shelf/{second.pk}/report", {"reason": "untrue"})
    api = client.post(f"/api/v1/shelf/{second.pk}/report", {"reason": "untrue"}, content_type="application/json")

    assert (page.status_code, "You reported many within a day." in visible_text(page)) == (422, True)
    assert (api.status_code, Report.objects.count()) == (400, 1)


def test_it_plays_on_in_the_bar_until_it_cannot_be_heard(scene: Shelf, hearer: Person) -> None:
    waiting, client = scene.offer(), factories.signed_in_client(hearer)
    bar = f"/shelf/{waiting.pk}/player"
    assert client.get(bar).status_code == 404
    decisions.put_on(waiting.pk, by=scene.principal)
    playing = client.get(bar).content.decode()
    assert f'data-remix-player="{waiting}"' in playing
    assert f'src="/shelf/{waiting.pk}/sound"' in playing

    decisions.take_off(waiting.pk, by=scene.maker)

    assert "It cannot be heard here any more." in visible_text(client.get(bar))
