from typing import Any

import pytest
from django.test import Client

from accounts import roles
from artists import programs, review
from catalog.models import Artist
from fans import mutes, opt_ins
from rights import grants
from rights.models import Use
from tests import factories
from tests.accounts.factories import PASSWORD
from tests.artists.studio.pages import member_client, signed_in_client, visible_text


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


# Whose studio


def test_with_one_team_there_is_nothing_to_choose(artist: Artist) -> None:
    answer = member_client(artist, "reviewer").get("/studio/")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/studio/{artist.slug}/")


def test_with_two_teams_one_chooses(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    person = factories.get_member(artist, "editor")
    roles.add_member(other.team, person, "reviewer", by=factories.get_staff())

    page = signed_in_client(person).get("/studio/")

    assert ["Mara Veil" in visible_text(page), "Ove Lind" in visible_text(page)] == [True, True]


def test_somebody_without_a_team_reads_how_one_comes_into_one(db: None) -> None:
    page = signed_in_client(factories.create_fan()).get("/studio/")

    assert (page.status_code, "You are in no artist’s team" in visible_text(page)) == (200, True)


def test_who_is_not_signed_in_comes_back(db: None) -> None:
    assert Client().get("/studio/").headers["Location"] == "/accounts/login/?next=/studio/"


# Overview


def test_the_overview_says_how_many_wait_and_what_reached_fans(artist: Artist) -> None:
    factories.create_experience(artist, factories.create_fan("Χρήστος", opted_in=artist))
    factories.create_pending_draft(artist)

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/")

    text = visible_text(page)
    assert "What needs me now 1 draft to decide. The first runs out" in text
    assert "What reached fans Χρήστος" in text
    assert "1 delivered in 30 days" in text.replace("delivered in 30 days 1", "1 delivered in 30 days")
    assert page.content.decode().count('class="tasks"') == 1


def test_the_overview_asks_for_what_is_missing(artist: Artist) -> None:
    program = factories.create_program(artist)
    factories.create_version(program, nth=9)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/"))

    assert "Personal messages are off, so no program answers anybody" in text
    assert "Thank you, version 2, waits for a signature" in text


def test_a_program_that_reports_stopped_stands_first_among_what_needs_somebody(artist: Artist) -> None:
    program = factories.create_program(artist)
    type(program).objects.filter(pk=program.pk).update(state="paused", paused_because="3 fans reported it.")

    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/"))

    assert ["Thank you was stopped by reports" in text, "3 fans reported it." in text] == [True, True]


def test_an_empty_studio_says_what_comes_next(artist: Artist) -> None:
    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/"))

    assert ["Nothing to decide." in text, "No program yet" in text, "Nothing in thirty days" in text] == [True] * 3


# Grants


def test_switching_on_asks_for_the_password_first(db: None) -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, "principal")
    principal.set_password(PASSWORD)
    principal.save()
    mara, path = signed_in_client(principal), f"/studio/{artist.slug}/grants"
    form = {"use": "personal_message", "on": "1"}

    asked = mara.post(path, form)
    before = artist.grants.count()
    back = mara.post(asked.headers["Location"], {"password": PASSWORD})
    page = mara.post(path, form, follow=True)

    assert (back.headers["Location"], before, artist.grants.count()) == (path, 0, 1)
    assert "On, version 1" in visible_text(page)


def test_an_owner_switches_off_and_an_editor_reads_who_may(artist: Artist) -> None:
    path, form = f"/studio/{artist.slug}/grants", {"use": "personal_message", "on": "0"}

    refused = member_client(artist, "editor").post(path, form)
    done = member_client(artist, "owner").post(path, form, follow=True)

    assert (refused.status_code, "Only a principal or an owner" in visible_text(refused)) == (409, True)
    assert ["Ended" in visible_text(done), "by Mara owner" in visible_text(done)] == [True, True]


def test_a_use_that_does_not_exist_is_not_there(artist: Artist) -> None:
    answer = member_client(artist, "principal").post(f"/studio/{artist.slug}/grants", {"use": "voice", "on": "1"})

    assert answer.status_code == 404


# Team


def test_an_owner_changes_a_role_and_takes_out(artist: Artist) -> None:
    owner, person = member_client(artist, "owner"), factories.get_member(artist, "reviewer")
    member = artist.team.members.get(person=person)
    path = f"/studio/{artist.slug}/team/{member.pk}"
    seen: list[Any] = []
    owner.post(path, {"do": "role", "role": "editor"})
    member.refresh_from_db()
    seen.append(member.role)
    owner.post(path, {"do": "remove"})
    seen.append(artist.team.members.filter(person=person).exists())

    assert seen == ["editor", False]


def test_an_address_makes_nobody_a_member_and_tells_nothing_of_its_account(artist: Artist) -> None:
    owner, known = member_client(artist, "owner"), factories.create_fan("Kwame")
    path = f"/studio/{artist.slug}/team"
    pages = []
    for email in (known.email, "nobody@example.com"):
        page = visible_text(owner.post(path, {"email": email.upper(), "role": "reviewer"}, follow=True))
        assert f"An invitation is on its way to {email}." in page
        pages.append(page)
        owner.post(f"{path}/invitations/{artist.team.invitations.get(ended_at=None).pk}")
        owner.get(path)  # what was said is said once

    assert artist.team.members.filter(person=known).count() == 0
    assert "Kwame" not in pages[0]
    assert pages[0].replace(known.email, "") == pages[1].replace("nobody@example.com", "")


def test_an_address_with_a_mistake_is_kept_with_what_to_do(artist: Artist) -> None:
    page = member_client(artist, "owner").post(f"/studio/{artist.slug}/team", {"email": "nobody", "role": "editor"})

    assert page.status_code == 422
    assert 'value="nobody"' in page.content.decode()
    assert artist.team.invitations.count() == 0


def test_who_may_not_invite_does_not_learn_who_has_an_account(artist: Artist) -> None:
    client, path = member_client(artist, "editor"), f"/studio/{artist.slug}/team"
    known = factories.create_fan("Kwame")

    answers = [
        visible_text(client.post(path, {"email": email, "role": "editor"})) for email in (known.email, "no@example.com")
    ]

    assert answers[0].replace(known.email, "") == answers[1].replace("no@example.com", "")
    assert artist.team.invitations.count() == 0


@pytest.mark.parametrize("role", ["principal", "staff", ""])
def test_nobody_is_made_a_principal_here(artist: Artist, role: str) -> None:
    fan = factories.create_fan()

    answer = member_client(artist, "principal").post(f"/studio/{artist.slug}/team", {"email": fan.email, "role": role})

    assert (answer.status_code, artist.team.invitations.count()) == (422, 0)


def test_a_reviewer_leaves_and_the_studio_is_gone(artist: Artist) -> None:
    person = factories.get_member(artist, "reviewer")
    member = artist.team.members.get(person=person)
    client = signed_in_client(person)

    left = client.post(f"/studio/{artist.slug}/team/{member.pk}", {"do": "remove"})

    assert left.headers["Location"] == "/studio/"
    assert client.get(f"/studio/{artist.slug}/").status_code == 404


def test_a_member_of_another_team_is_not_there(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    theirs = other.team.members.get(person=factories.get_member(other, "principal"))

    answer = member_client(artist, "owner").post(f"/studio/{artist.slug}/team/{theirs.pk}", {"do": "remove"})

    assert (answer.status_code, other.team.members.count()) == (404, 1)


def test_the_time_to_undo_is_set_or_says_what_is_wrong(artist: Artist) -> None:
    client, path = member_client(artist, "owner"), f"/studio/{artist.slug}/team/practice"

    wrong, right = client.post(path, {"seconds": "-1"}), client.post(path, {"seconds": "30"})

    assert (wrong.status_code, right.status_code, programs.get_review_settings(artist).grace_seconds) == (422, 302, 30)


# History


def test_the_history_tells_what_people_did_and_names_no_fan(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Xenophon", opted_in=artist))
    review.approve(draft.pk, by=factories.get_member(artist, "reviewer"))
    programs.set_review_settings(artist, by=factories.get_member(artist, "principal"), grace_seconds=9)

    text = visible_text(member_client(artist, "editor").get(f"/studio/{artist.slug}/history"))

    assert f"Mara reviewer approved draft {draft.pk}" in text
    assert "Mara principal signed version 1 of “Thank you”" in text
    assert "Mara principal set the time to undo a decision to 9 s" in text
    assert "Mara principal switched on personal messages, version 1" in text
    assert ["Xenophon" in text, "opt" in text.partition("Who did what What")[2].lower()] == [False, False]


def test_the_history_is_this_studios_alone(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    both = factories.get_member(artist, "reviewer")
    roles.add_member(other.team, both, "reviewer", by=factories.get_staff())
    theirs = factories.create_pending_draft(other)
    review.decline(theirs.pk, by=both)

    text = visible_text(member_client(artist, "editor").get(f"/studio/{artist.slug}/history"))

    assert [f"declined draft {theirs.pk}" in text, "Ove Lind" in text] == [False, False]


def test_the_history_goes_on_on_the_next_page(artist: Artist) -> None:
    for seconds in range(45):
        programs.set_review_settings(artist, by=factories.get_member(artist, "principal"), grace_seconds=seconds)
    client, path = member_client(artist, "editor"), f"/studio/{artist.slug}/history"

    page = client.get(path)
    older = page.content.decode().partition('href="?before=')[2].partition('"')[0]
    then = client.get(f"{path}?before={older}")

    assert ["to 44 s" in visible_text(page), "to 1 s" in visible_text(page), "to 1 s" in visible_text(then)] == [
        True,
        False,
        True,
    ]


# What reached fans


def test_what_reached_fans_has_its_mark_and_its_receipt(artist: Artist) -> None:
    experience = factories.create_experience(artist, factories.create_fan("Χρήστος", opted_in=artist))

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered")

    assert "Χρήστος" in visible_text(page)
    assert "Mara Veil's words, filled in for you" in visible_text(page)
    assert f'href="/r/{experience.receipt_key}"' in page.content.decode()


def test_a_fan_who_opted_out_is_no_longer_named(artist: Artist) -> None:
    fan = factories.create_fan("Xenophon", opted_in=artist)
    factories.create_experience(artist, fan)
    opt_ins.opt_out(fan, artist)

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/delivered")

    assert ["A fan" in visible_text(page), "Xenophon" in visible_text(page)] == [True, False]


def test_what_went_no_further_says_why(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.decline(draft.pk, by=factories.get_member(artist, "principal"), reason="not this one")

    text = visible_text(member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered?state=stopped"))

    assert "Declined: not this one." in text


def test_an_approval_that_can_be_undone_has_its_button(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "reviewer").get(f"/studio/{artist.slug}/delivered")

    assert f'action="/studio/{artist.slug}/review/{draft.pk}/undo"' in page.content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999999", "0"])
def test_an_address_with_nonsense_in_it_is_a_page_all_the_same(artist: Artist, before: str) -> None:
    client = member_client(artist, "reviewer")

    answers = [
        client.get(f"/studio/{artist.slug}/{page}", {"before": before, "done": before, "on": before}).status_code
        for page in ("delivered", "history", "review")
    ]

    assert answers == [200, 200, 200]


def test_what_a_fan_does_about_a_program_is_not_the_teams_to_read(artist: Artist) -> None:
    experience = factories.create_experience(artist, factories.create_fan("Xenophon", opted_in=artist))
    program = artist.programs.get()
    mutes.pause(experience.person, program.pk, artist)
    mutes.resume(experience.person, program.pk)

    text = visible_text(member_client(artist, "principal").get(f"/studio/{artist.slug}/history"))

    assert ["signed version 1" in text, "Xenophon" in text, "muted" in text] == [True, False, False]
