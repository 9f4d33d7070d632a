"""A rightsholder confirms or refuses what others claim for it, and staff settle disputes."""

import pytest

from catalog.models import Artist
from rights import claims, clearance, parties
from rights.models import Claim, Party, Use
from rights.shares import Role
from tests import factories
from tests.artists.studio.pages import signed_in_client, visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(artist: Artist, label: Party) -> Claim:
    recording = factories.create_recording(artist, "Salt Radio")
    editor = factories.get_member(artist, "editor")
    return claims.claim(label, Role.RECORDING_OWNER, by=editor, share=5000, recording=recording)


def dispute(claim: Claim) -> Claim:
    """A rival claims more than what is left, and confirms it."""
    rival = owners.create_party("label", "Second Shore")
    owners.own(rival, claim.recording, share=5001)
    return rival.claims.get()


def missing(claim: Claim) -> str:
    assert claim.recording
    refusal = clearance.find_missing(Use.REMIX, claim.recording.artist, [claim.recording])
    return "" if refusal is None else " ".join(refusal.missing)  # a refusal is false


def test_a_label_confirms_what_the_artists_team_said(claim: Claim, label: Party) -> None:
    client = factories.fresh_client(owners.get_signer(label))
    before = visible_text(client.get(f"/label/{label.pk}/claims"))

    after = visible_text(client.post(f"/label/{label.pk}/claims/{claim.pk}", {"do": "confirm"}, follow=True))

    assert "Salt Radio · Mara Veil Owner of the recording, 50 %. Said by Mara editor" in before
    assert "Claims 1 waiting" in before
    assert "Confirmed." in after
    assert "Nothing waits for you" in after
    claim.refresh_from_db()
    assert claim.confirmed_by == owners.get_signer(label).actor


def test_what_is_not_theirs_is_refused_without_a_password_and_does_not_count(claim: Claim, label: Party) -> None:
    assert "Harbor Lane (label) has not confirmed that they own Salt Radio" in missing(claim)
    client = signed_in_client(owners.get_signer(label))

    page = visible_text(client.post(f"/label/{label.pk}/claims/{claim.pk}", {"do": "refuse"}, follow=True))

    claim.refresh_from_db()
    assert "Refused. The claim does not count." in page
    assert claim.live_until
    assert "Harbor Lane" not in missing(claim)


def test_confirming_needs_a_recent_password(claim: Claim, label: Party) -> None:
    person = owners.get_signer(label)
    person.set_password(factories.PASSWORD)
    person.save()

    answer = signed_in_client(person).post(f"/label/{label.pk}/claims/{claim.pk}", {"do": "confirm"})

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    claim.refresh_from_db()
    assert claim.confirmed_at is None


def test_a_form_sent_again_changes_nothing(claim: Claim, label: Party) -> None:
    client, path = factories.fresh_client(owners.get_signer(label)), f"/label/{label.pk}/claims/{claim.pk}"
    client.post(path, {"do": "confirm"})
    claim.refresh_from_db()
    first = claim.confirmed_at

    assert client.post(path, {"do": "confirm"}).status_code == 302
    assert client.post(path, {"do": "burn"}).status_code == 404
    claim.refresh_from_db()
    assert claim.confirmed_at == first


def test_both_sides_see_a_dispute_and_what_happens_next(claim: Claim, label: Party) -> None:
    rival = dispute(claim)

    for party in (label, rival.party):
        page = visible_text(signed_in_client(owners.get_signer(party)).get(f"/label/{party.pk}/claims"))
        assert "No remix, playlist or DJ set uses these songs until our staff settle it." in page
        assert "Claimed for Second Shore . Also claimed for Harbor Lane . Together 100.01 %." in page


def test_the_holder_of_an_isrc_sees_the_dispute_about_it(artist: Artist, label: Party) -> None:
    parties.register_isrc_prefix(label, "PTABC", by=factories.get_staff())
    rival = owners.create_party(name="Second Shore")
    owners.own(rival, factories.create_recording(artist, "Salt Radio", isrc="PTABC2600001"))
    said = "Claimed for Second Shore . Together 100 %. ISRCs that begin with PTABC are registered for"

    for party in (label, rival):
        page = visible_text(signed_in_client(owners.get_signer(party)).get(f"/label/{party.pk}/claims"))
        assert f"{said} {label.name} ." in page
        entrance = visible_text(signed_in_client(owners.get_signer(party)).get(f"/label/{party.pk}/"))
        assert "1 disputed share our staff settle it" in entrance
    assert f"registered for {label.name}" in visible_text(
        factories.fresh_client(factories.get_staff()).get("/desk/claims")
    )


def test_a_confirmed_claim_says_what_is_missing_before_the_song_is_used(artist: Artist, label: Party) -> None:
    owners.own(label, factories.create_recording(artist, "Salt Radio"))

    page = visible_text(signed_in_client(owners.get_signer(label)).get(f"/label/{label.pk}/claims"))

    assert "What is missing for remixes" in page
    assert "Nobody knows who wrote Salt Radio" in page


def test_staff_settle_a_dispute_with_a_note_that_the_rightsholder_reads(claim: Claim, label: Party) -> None:
    rival = dispute(claim)
    client = factories.fresh_client(factories.get_staff())
    assert "Second Shore" in visible_text(client.get("/desk/claims"))

    form = {"verdict": "stands", "note": "The contract of 2019 says so.", "end": [str(claim.pk)]}
    page = visible_text(client.post(f"/desk/claims/{rival.pk}", form, follow=True))

    rival.refresh_from_db()
    claim.refresh_from_db()
    assert "No claim is disputed." in page
    assert (rival.live_until, claim.live_until is not None) == (None, True)
    stranger = owners.create_party("label", "Third Bank")
    shown = [
        "Claimed for Second Shore . It stands. Settled by our staff: The contract of 2019 says so."
        in visible_text(signed_in_client(owners.get_signer(party)).get(f"/label/{party.pk}/claims"))
        for party in (rival.party, label, stranger)
    ]
    assert shown == [True, True, False]


def test_an_artist_reads_on_the_songs_page_why_the_own_claim_ended(artist: Artist) -> None:
    recording = factories.create_recording(artist, "Salt Radio")
    owners.own(owners.create_party(), recording)
    wrong = owners.own(parties.get_artist_party(artist), recording, share=1)

    claims.settle(wrong, by=factories.get_staff(), note="It was sold in 2019.", ending=[wrong])

    page = visible_text(
        factories.fresh_client(factories.get_member(artist, "reviewer")).get(
            f"/studio/{artist.slug}/songs/{recording.pk}"
        )
    )
    assert "Settled by our staff Mara Veil · Owner of the recording: ended It was sold in 2019." in page


def test_a_settlement_that_leaves_too_many_shares_keeps_what_was_typed_and_says_whose_claim_to_end(
    claim: Claim, label: Party
) -> None:
    rival, other = dispute(claim), owners.own(owners.create_party("label", "Third Bank"), claim.recording, share=5000)
    form = {"verdict": "stands", "note": "The contract of 2019 says so.", "end": [str(other.pk)]}

    answer = factories.fresh_client(factories.get_staff()).post(f"/desk/claims/{rival.pk}", form)

    rival.refresh_from_db()
    other.refresh_from_db()
    assert (answer.status_code, rival.settled_at, other.live_until) == (409, None, None)
    assert "End the claim of Harbor Lane with it" in visible_text(answer)
    assert "The contract of 2019 says so.</textarea>" in answer.content.decode()
    assert f'value="{other.pk}" checked' in answer.content.decode()


def test_a_wrong_claim_ends(claim: Claim) -> None:
    rival = dispute(claim)

    factories.signed_in_client(factories.get_staff()).post(
        f"/desk/claims/{rival.pk}", {"verdict": "wrong", "note": "No."}
    )

    rival.refresh_from_db()
    claim.refresh_from_db()
    assert (rival.live_until is not None, claim.live_until) == (True, None)


@pytest.mark.parametrize(
    "form", [{"verdict": "stands"}, {"note": "So."}, {"verdict": "stands", "note": "So.", "end": ["1"]}]
)
def test_a_settlement_says_why_and_ends_no_claim_on_something_else(claim: Claim, form: dict[str, str]) -> None:
    rival = dispute(claim)

    answer = factories.signed_in_client(factories.get_staff()).post(f"/desk/claims/{rival.pk}", form)

    rival.refresh_from_db()
    assert (answer.status_code, rival.settled_at) == (422, None)


def test_the_desk_is_there_for_staff_alone(claim: Claim, label: Party) -> None:
    rival = dispute(claim)
    client = signed_in_client(owners.get_signer(label))

    assert client.get("/desk/claims").status_code == 404
    assert client.post(f"/desk/claims/{rival.pk}", {"verdict": "stands", "note": "Ours."}).status_code == 404
    assert factories.signed_in_client(factories.get_staff()).post(f"/desk/claims/{claim.pk}").status_code == 404
