"""What a client can observe of Graph, row by row, with the test that shows that the stand-in does the same.

``python -m tests.simulators.graph.rows`` prints the tables of docs/simulators.md.
"""

import sys

from tests.simulators.tables import tables

from metonic_simulators.graph import FAULTS, QUIRKS

ROWS: tuple[tuple[str, str], ...] = (
    ("authorize: client, redirect, code, refusals", "test_the_page_leads_back_with_a_code_or_a_refusal"),
    (
        "a code: once, ten minutes, PKCE",
        "test_a_code_is_used_once_within_ten_minutes_with_its_verifier",
    ),
    ("what a token response has, and its scopes", "test_tokens_come_as_they_were_asked_for"),
    ("refresh tokens rotate", "test_a_refresh_brings_another_token_and_the_old_one_stays_good"),
    ("AADSTS: the shape of refusals", "test_a_refusal_has_its_numbers_and_traces"),
    ("MFA, administrators, disabled accounts", "test_an_operator_can_end_a_grant"),
    ("no revocation", "test_a_token_can_not_be_revoked_by_a_client"),
    ("401 for a missing, foreign or expired token", "test_a_missing_a_foreign_and_an_expired_token_are_401"),
    ("continuous access evaluation", "test_a_challenge_is_answered_by_a_token_with_its_claims"),
    ("403: scopes, calendars that cannot be edited", "test_a_scope_that_does_not_reach_is_403"),
    ("`/me` and `/users/...`", "test_me_is_users_by_id_by_name_and_as_the_sdk_calls_it"),
    ("pages of ten; one default calendar", "test_a_page_has_ten_calendars_and_one_is_the_default"),
    (
        "paths and names of queries in any case",
        "test_words_of_a_path_and_names_of_a_query_are_taken_in_any_case",
    ),
    ("ids: case, escapes, malformed, unknown", "test_ids_are_told_apart_by_case_and_decoded_once"),
    ("immutable ids", "test_an_event_has_an_immutable_id_too_and_a_calendar_has_not"),
    ("a new event", "test_a_new_event_comes_back_whole"),
    ("versions; the server's own touch", "test_the_server_may_touch_a_new_event_once_more"),
    ("`If-Match`", "test_a_write_to_another_version_than_expected_is_412"),
    ("PATCH merges", "test_a_patch_keeps_what_it_does_not_name_and_clears_what_is_null"),
    ("DELETE", "test_what_was_deleted_is_not_found_twice"),
    ("`transactionId`", "test_a_transaction_makes_one_event"),
    ("zones that are preferred", "test_times_are_utc_unless_a_zone_is_preferred"),
    ("zones that there are not", "test_a_zone_that_there_is_not_is_400"),
    ("whole days", "test_a_whole_day_is_the_same_day_for_everybody"),
    ("ends before starts", "test_an_event_ends_after_it_begins_or_at_once"),
    ("bodies", "test_a_body_is_html_unless_text_is_preferred"),
    ("recurrence: what is refused, what is filled in", "test_a_recurrence_that_cannot_be_is_400"),
    ("recurrence: expansion", "test_a_pattern_makes_its_days"),
    ("windows", "test_a_view_wants_both_ends_of_its_window"),
    ("lists: pages, orders, filters", "test_filters_choose"),
    ("exceptions", "test_a_changed_occurrence_is_an_exception"),
    ("a series in a new rhythm", "test_a_series_in_a_new_rhythm_loses_what_was_changed"),
    (
        "`cancelledOccurrences`, `exceptionOccurrences`",
        "test_a_deleted_occurrence_is_told_by_its_series_alone",
    ),
    (
        "extended properties, extensions",
        "test_extended_properties_show_where_they_are_expanded",
    ),
    ("mail to guests", "test_every_write_to_a_meeting_is_mailed"),
    ("accept, decline, cancel, permanentDelete", "test_an_answer_reaches_the_organizer"),
    ("delta: window, pages, links", "test_the_window_is_frozen_in_the_link"),
    ("delta: options that are refused", "test_a_delta_takes_no_options_of_lists"),
    (
        "delta: stubs, series, pages",
        "test_a_round_has_singles_and_exceptions_whole_series_too_and_occurrences_as_stubs",
    ),
    (
        "delta: tombstones, what is outside",
        "test_a_deleted_occurrence_brings_its_series_again_and_no_tombstone",
    ),
    ("delta: replays, doubles, disorder, lag", "test_rounds_may_repeat_double_and_shuffle"),
    (
        "delta: links that are forgotten",
        "test_a_link_is_forgotten_by_age_by_the_operator_and_amid_a_round",
    ),
    ("`events/delta`", "test_changes_of_events_are_a_capability_that_few_have"),
    ("subscriptions: the handshake", "test_who_does_not_answer_with_the_token_gets_no_subscription"),
    ("subscriptions: lives, doubles, limits", "test_a_subscription_lives_from_45_minutes_to_seven_days"),
    ("notifications", "test_every_change_is_told_own_ones_too"),
    (
        "delivery: again, later, not at all",
        "test_who_is_slow_is_told_later_and_who_is_too_slow_for_a_while_not",
    ),
    ("lifecycle notifications", "test_a_subscription_waits_for_a_new_sign_in"),
    ("batches", "test_a_part_waits_for_what_it_depends_on_and_fails_with_it"),
    ("throttling", "test_a_mailbox_takes_four_requests_at_once"),
    ("failures, lost answers", "test_a_connection_may_end_before_or_after_the_deed"),
    ("the envelope of refusals", "test_a_refusal_has_an_envelope_and_ids"),
    ("null and strange members", "test_members_may_be_null_or_strange"),
    ("personal accounts", "test_a_personal_account_is_another_kind"),
    (
        "bodies: `@odata.type`, case, unknown members",
        "test_bodies_are_json_objects_and_unknown_members_are_ignored_or_refused",
    ),
    ("paths that are not there", "test_a_path_that_is_not_there_is_told_in_the_words_of_graph"),
    ("annotations and types of answers", "test_answers_say_what_they_are"),
    ("clock and seed", "test_the_same_seed_gives_the_same_ids_and_tokens"),
)

if __name__ == "__main__":
    sys.stdout.write(tables("graph", ROWS, QUIRKS, FAULTS))
