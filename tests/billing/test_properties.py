"""What must hold of access, holds, money and contracts, and the tests that would fail if it did not.

Each protection behind them is also removed once: test_removed_protections, test_removed_hold_protections and
test_removed_payout_protections.
"""

import pytest

from config import BASE_DIR

BILLING, ROYALTIES, PROVIDER = "tests/billing", "tests/artists/royalties", "tests/billing/provider"
PROPERTIES = {
    "P1 after reconcile each lease is what the provider says": [
        f"{BILLING}/test_core_histories.py::test_any_history_ends_in_the_providers_truth_and_no_cent_is_lost",
        f"{BILLING}/test_sync_histories.py::test_any_history_ends_in_the_providers_truth",
    ],
    "P2 without any webhook a lease ends by itself": [
        f"{BILLING}/test_leases.py::test_access_ends_by_itself_without_any_webhook",
        f"{BILLING}/test_leases.py::test_no_lease_is_longer_than_what_was_paid_and_one_grace",
    ],
    "P3 an event that is worked on again changes nothing": [
        f"{BILLING}/test_sync.py::test_events_that_come_twice_and_in_any_order_give_the_same",
        f"{BILLING}/test_sync_at_once.py::test_two_workers_do_everything_once",
    ],
    "P4 what was fetched last is what stands": [
        f"{BILLING}/test_sync_at_once.py::test_what_was_fetched_last_is_what_stands",
    ],
    "P5 a crash loses no event and doubles no effect": [
        f"{BILLING}/test_sync_failures.py::test_a_crash_between_fetch_and_commit_loses_no_event_and_doubles_no_effect",
        f"{BILLING}/test_worker_histories.py::test_two_processes_that_are_killed_end_in_the_providers_truth",
    ],
    "P6 what is not paid never extends access": [
        f"{BILLING}/test_leases.py::test_these_give_nothing_whatever_was_paid",
        f"{BILLING}/test_leases.py::test_while_collection_is_paused_access_ends_with_what_was_paid",
        f"{BILLING}/test_leases.py::test_grace_is_given_once_whatever_number_of_renewals_fail",
        f"{BILLING}/test_leases.py::test_a_full_refund_ends_it_and_a_part_does_not",
        f"{BILLING}/test_leases.py::test_a_dispute_stops_what_is_new_and_a_lost_one_ends_it",
    ],
    "P7 without consent or a split nothing new is made, whatever was paid": [
        "tests/artists/test_paid_requests.py::test_what_nobody_agreed_to_share_is_not_sold",
        "tests/artists/test_paid_requests.py::test_what_cannot_be_delivered_after_the_charge_is_paid_back",
    ],
    "P8 one live subscription of a fan and an artist, the second is paid back": [
        f"{BILLING}/test_second_subscriptions.py::test_of_two_live_subscriptions_the_newer_is_paid_back_and_canceled",
    ],
    "P9 what the provider did not sign changes nothing": [
        f"{BILLING}/test_views.py::test_what_is_not_signed_with_our_secret_is_refused",
        f"{BILLING}/test_webhooks.py::test_what_is_not_meant_for_us_is_put_aside",
        f"{BILLING}/test_sync.py::test_paying_alone_grants_nothing_before_the_provider_is_asked",
        "tests/test_payment_settings.py::test_a_key_without_the_secret_of_its_webhooks_starts_nothing",
    ],
    "P10 no account is closed while something is billable": [
        f"{BILLING}/test_closing.py::test_no_account_is_switched_off_while_something_is_billable",
    ],
    "H1-H3 what is held is captured after a decision, let go in time, and delivered or paid back": [
        f"{BILLING}/test_hold_histories.py::test_any_history_of_requests_ends_as_the_provider_says",
        f"{BILLING}/test_hold_crashes.py::test_a_worker_that_dies_at_any_moment_leaves_one_end",
        f"{BILLING}/test_holds_killed.py::test_what_two_killed_workers_had_begun_is_done_once",
    ],
    "H4 holds and payments stay under the cap": [
        f"{BILLING}/test_holds_at_once.py::test_two_requests_at_once_do_not_take_the_same_room",
        f"{BILLING}/test_caps.py::test_what_does_not_fit_by_one_is_refused",
    ],
    "L1 transactions add up to nothing and nobody changes them": [
        "tests/adversarial/test_ledger_constraints.py::test_legs_that_do_not_add_up_are_refused",
        "tests/adversarial/test_ledger_constraints.py::test_the_app_role_changes_and_removes_nothing",
    ],
    "L2 a split is exact, in any order": [
        "tests/rights/test_splits.py::test_a_sale_is_split_exactly_and_every_party_is_within_one_unit",
        "tests/rights/test_splits.py::test_a_sale_is_split_the_same_way_in_any_order_and_sign",
    ],
    "L3 no more is taken from anybody than they got": [
        f"{BILLING}/test_histories.py::test_after_every_step_the_accounts_say_what_is_left",
        f"{BILLING}/test_histories.py::test_a_full_refund_nets_every_party_to_nothing",
    ],
    "L4 each payment and each month add up": [
        f"{ROYALTIES}/test_sums.py::test_what_was_paid_is_tax_fees_platform_and_parties_and_statements_are_what_moved",
        f"{BILLING}/test_histories.py::test_the_ledger_stores_any_history_and_its_check_passes",
    ],
    "L5 a payout has one transfer, and no more is sent than is owed": [
        f"{BILLING}/test_payout_histories.py::test_any_history_of_payouts_pays_what_is_owed_once",
        f"{BILLING}/test_payouts.py::test_a_lost_answer_makes_no_second_transfer",
        f"{BILLING}/test_payouts_at_once.py::test_while_one_worker_asks_another_leaves_the_payout_alone",
    ],
    "L6 clearing is the provider's balance, and each drift is found": [
        f"{BILLING}/test_drifts.py::test_after_payments_refunds_disputes_transfers_and_reversals_nothing_differs",
        f"{BILLING}/test_drifts.py::test_two_mistakes_that_make_up_for_each_other_are_found",
    ],
    "L7 statements that are closed can be computed anew": [
        f"{ROYALTIES}/test_statements.py::test_statements_are_computed_anew_bit_by_bit_after_what_came_later",
        f"{ROYALTIES}/test_statements.py::test_a_later_split_does_not_alter_a_closed_statement",
    ],
    "L8 no float, and each currency has its decimal places": [
        f"{BILLING}/test_postings.py::test_no_float_is_written_in_code_about_money",
        "tests/rights/test_money.py::test_no_float_is_written_in_code_about_money",
        f"{PROVIDER}/test_currencies.py::test_every_amount_comes_back_as_it_was_sent",
        f"{PROVIDER}/test_currencies.py::test_an_amount_is_sent_as_the_provider_counts_it",
    ],
    "L9 one fan's use leaves another fan's money alone": [
        f"{ROYALTIES}/test_statements.py::test_what_one_fan_uses_leaves_the_money_of_another_as_it_was",
    ],
    "L10 what is held stays owed, and is shown": [
        f"{BILLING}/test_payout_runs.py::test_nothing_expires_a_held_amount_is_in_every_run_until_it_is_paid",
        f"{ROYALTIES}/test_statements.py::test_what_nobody_takes_stays_owed_on_the_statements_that_follow",
    ],
    "C1 each request is what the provider's package and description take": [
        f"{PROVIDER}/test_requests.py::test_a_request_is_what_the_pinned_package_takes",
        f"{PROVIDER}/test_requests.py::test_a_request_is_what_the_official_description_takes",
    ],
    "C2 each answer and event of FakeStripe has the official shape": [
        f"{BILLING}/simulated/test_histories.py::test_any_history_is_consistent_and_in_the_official_shape",
        f"{BILLING}/simulated/test_protocol.py::test_every_kind_has_all_fields_that_the_official_schema_requires",
    ],
    "C3 the pinned versions agree": [
        f"{PROVIDER}/test_versions.py::test_the_client_asks_for_the_version_of_the_package",
        f"{BILLING}/simulated/test_protocol.py::test_its_version_is_the_one_that_the_sdk_is_made_for",
    ],
    "C4 simulated money says so and lives beside no live key": [
        f"{BILLING}/simulated/test_protocol.py::test_its_ids_say_that_they_are_simulated_and_nothing_is_live",
        "tests/test_payment_settings.py::test_simulated_payments_never_run_beside_a_key",
    ],
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_each_property_has_the_tests_that_are_named(name: str) -> None:
    for test in PROPERTIES[name]:
        path, _, function = test.partition("::")
        assert f"\ndef {function}(" in (BASE_DIR / path).read_text(), test
