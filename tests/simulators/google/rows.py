"""What a client can observe of Google, row by row, with the test that shows that the stand-in does the same.

``python -m tests.simulators.google.rows`` prints the tables of docs/simulators.md.
"""

import sys

from tests.simulators.tables import tables

from metonic_simulators.google import FAULTS, QUIRKS

ROWS: tuple[tuple[str, str], ...] = (
    ("ids in paths are decoded; `primary`, `users/me`", "test_ids_in_paths_are_decoded"),
    (
        "global parameters; unknown ones",
        "test_global_parameters_are_taken_and_unknown_ones_refused_when_strict",
    ),
    ("401 for a missing, wrong or expired token", "test_a_missing_a_wrong_and_an_expired_token_are_401"),
    ("403 for a scope that does not reach", "test_a_scope_that_does_not_reach_is_403"),
    (
        "code, PKCE, redirect, client by Basic or body, refresh",
        "test_a_code_is_used_once_with_its_address_and_verifier",
    ),
    ("when a refresh token comes", "test_a_refresh_token_comes_at_the_first_consent_or_when_asked_again"),
    (
        "`invalid_grant`: all its causes; `invalid_client`",
        "test_refresh_tokens_end_by_revocation_testing_idleness_and_number",
    ),
    ("a revocation ends the whole grant", "test_a_revocation_ends_the_whole_grant"),
    (
        "scopes that were unticked, scopes of before",
        "test_what_was_unticked_is_not_granted_and_earlier_grants_are_included",
    ),
    ("id token and its key", "test_an_id_token_says_who_it_is_and_its_key_is_served"),
    (
        "calendarList: pages, sync, deleted and hidden, 410",
        "test_a_sync_token_brings_what_changed_deleted_and_hidden_too",
    ),
    ("secondary calendars come and go", "test_a_secondary_calendar_comes_and_goes"),
    ("roles", "test_readers_see_no_details_of_what_is_private_and_free_busy_readers_of_nothing"),
    ("what is empty is left out", "test_what_is_empty_is_left_out"),
    ("pages of 250, at most 2500, perhaps short or empty", "test_pages_may_be_short_or_empty"),
    (
        "a sync token on the last page only",
        "test_a_page_holds_250_unless_asked_and_only_the_last_has_a_sync_token",
    ),
    ("no sync token with an order or a filter", "test_an_ordered_or_filtered_list_brings_no_sync_token"),
    ("a page token belongs to its query", "test_a_page_token_belongs_to_its_query"),
    ("what a sync token cannot come with", "test_a_token_stands_alone"),
    ("a sync token belongs to calendar and query", "test_a_token_belongs_to_its_calendar_and_its_query"),
    ("410 for a forgotten sync token", "test_a_token_is_forgotten_when_rights_change_or_the_server_likes"),
    ("what a delta has", "test_a_delta_has_all_that_was_made_changed_and_deleted"),
    ("deltas do not keep to the window", "test_a_delta_does_not_keep_to_the_window"),
    ("`updatedMin`", "test_what_was_updated_since_is_found_deleted_or_not_for_a_month"),
    ("`timeMin`, `timeMax`", "test_the_bounds_exclude_what_touches_them"),
    ("`showDeleted` and `singleEvents`", "test_deleted_events_show_where_they_are_asked_for"),
    ("single events, horizon, flood", "test_one_touched_series_floods_a_delta_of_single_events"),
    ("`timeZone`", "test_a_zone_changes_how_times_are_shown_and_not_the_events_zone"),
    ("filters", "test_filters_choose_by_type_uid_words_and_properties"),
    (
        "ids of clients, of the server, of elsewhere",
        "test_ids_are_the_clients_or_26_letters_and_odd_ones_come_from_elsewhere",
    ),
    ("409 for a taken id or UID, for ever", "test_an_id_is_taken_for_ever"),
    ("a duplicate unnoticed; committed, then cut off", "test_a_connection_may_end_before_or_after_the_deed"),
    ("import", "test_an_import_is_an_upsert_by_uid_that_tells_nobody"),
    ("etags and `If-Match`", "test_a_write_to_another_version_than_expected_is_412"),
    ("`If-None-Match`", "test_if_none_match_of_what_is_known_is_304"),
    ("PUT replaces, PATCH merges", "test_an_update_replaces_and_a_patch_merges"),
    ("conferences", "test_a_conference_counts_with_its_version_and_is_made_later"),
    ("labels, colours, attachments", "test_labels_and_attachments_count_for_who_knows_them"),
    (
        "deleting twice, reading what was deleted",
        "test_a_deleted_event_is_410_to_delete_and_a_tombstone_to_read_for_a_month",
    ),
    ("tombstones", "test_tombstones_keep_what_the_event_was_where_deleted_ones_are_asked_for"),
    ("bringing back what was deleted", "test_a_deleted_event_comes_back_as_confirmed_if_it_may"),
    ("exceptions", "test_writing_to_an_instance_makes_an_exception"),
    ("recurrence lines", "test_rules_and_dates_make_the_instances"),
    ("this and following", "test_a_split_ends_the_old_series_and_begins_another"),
    ("`originalStartTime` stays", "test_an_original_start_stays_whatever_is_written"),
    (
        "visibility of a series",
        "test_a_stricter_visibility_of_one_instance_is_that_of_all_and_a_laxer_one_is_ignored",
    ),
    ("times that are refused", "test_times_that_make_no_event_are_400"),
    ("`sequence`", "test_the_sequence_grows_with_important_changes_and_never_falls"),
    ("reminders and `updated`", "test_reminders_alone_show_in_a_delta_and_not_in_updated"),
    ("limits of extended properties", "test_properties_that_are_too_long_are_dropped_or_cut_in_silence"),
    ("guests' copies", "test_a_guest_cannot_change_what_is_the_organizers"),
    ("`sendUpdates`", "test_mail_is_sent_where_it_is_asked_for"),
    ("move", "test_a_moved_event_changes_its_organizer_and_leaves_a_stub"),
    ("types of events", "test_an_event_of_a_type_must_be_like_it"),
    ("a conference's block in the description", "test_a_conferences_block_leaves_the_description"),
    ("watch: what is taken, how long it lives", "test_a_watch_that_cannot_be_is_refused"),
    ("messages and their headers", "test_a_channel_is_told_of_at_once_and_then_of_every_change"),
    ("messages lost, doubled, together", "test_messages_may_be_lost_or_doubled"),
    ("messages sent again", "test_a_receiver_that_cannot_is_asked_again_later_and_later"),
    ("stop", "test_a_stopped_channel_is_silent_but_for_a_late_message"),
    (
        "what cannot be watched; `not_exists`",
        "test_a_list_of_calendars_is_watched_and_a_deleted_calendar_told",
    ),
    ("batches", "test_parts_succeed_and_fail_on_their_own_in_their_order"),
    ("quotas", "test_a_user_and_a_project_have_a_number_of_requests_a_minute"),
    ("calendar usage limits", "test_calendar_limits_last_for_hours"),
    ("failures, broken answers, what shows later", "test_what_was_written_may_show_later"),
    ("`fields`", "test_a_selection_trims_what_is_read_and_what_is_echoed"),
    ("gzip", "test_an_answer_is_compressed_when_both_headers_say_so"),
    ("a GET as a form in a POST", "test_a_long_question_may_come_as_a_form"),
    ("forms of dates", "test_dates_and_stamps_have_their_forms"),
    ("clock and seed", "test_the_same_seed_gives_the_same_ids_and_tokens"),
)


if __name__ == "__main__":
    sys.stdout.write(tables("google", ROWS, QUIRKS, FAULTS))
