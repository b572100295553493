"""Which acceptance criterion and which test case of the specification is shown where."""

from pathlib import Path

CRITERIA = {
    1: ("Google Calendar integration (two-way sync)", None),
    2: ("Apple Calendar integration (read/write)", "test_criterion_02_apple_calendar"),
    3: ("Outlook/Microsoft 365 integration", None),
    4: ("One-way sync option (platform to external only)", "test_criteria_04_and_05_selection"),
    5: ("Selective sync (choose which appointments to sync)", "test_criteria_04_and_05_selection"),
    6: ("Conflict resolution for sync conflicts", "test_criterion_06_conflict_resolution"),
    7: ("Handle private events (don't sync sensitive data)", "test_criterion_07_private_events"),
    8: ("Sync status indicators and error handling", "test_criteria_08_to_12_running"),
    9: ("Manual sync trigger option", "test_criteria_08_to_12_running"),
    10: ("Automatic background sync (every 15 minutes)", "test_criteria_08_to_12_running"),
    11: ("Sync history and logs", "test_criteria_08_to_12_running"),
    12: ("Disconnect/reconnect calendar accounts", "test_criteria_08_to_12_running"),
    13: ("Handle timezone conversions correctly", "test_criterion_13_and_case_4_time_zones"),
}
CASES = {
    1: ("Google Calendar Sync", None),
    2: ("Two-Way Sync", "test_case_2_two_way_sync"),
    3: ("Selective Sync", "test_case_3_selective_sync"),
    4: ("Timezone Handling", "test_criterion_13_and_case_4_time_zones"),
    5: ("Error Handling", "test_case_5_error_handling"),
    6: ("Conflict Scenarios", "test_case_6_conflict_scenarios"),
}
"""Where there is no file, it comes with that provider."""


def test_every_file_is_named_and_is_there() -> None:
    named = {file for _, file in (*CRITERIA.values(), *CASES.values()) if file}
    found = {path.stem for path in Path(__file__).parent.glob("test_*.py")}

    assert named == found - {"test_index"}
