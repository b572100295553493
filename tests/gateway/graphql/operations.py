"""Operations that several tests send."""

from typing import Any

USER_ERROR = "... on UserError { __typename code message nextStep }"
ERROR = f"{USER_ERROR} ... on InvalidInput {{ path }}"
WHEN = "when { ... on Timed { start end timeZone startsAt endsAt } ... on AllDay { startDate endDate } }"
APPOINTMENT = f"""__typename id version type title notes location {WHEN} status isPrivate isBusy importedFrom
  recurrence {{ rules rdates overrides {{ occurrence isCancelled title location {WHEN} }} }}
  owner {{ userId name role mayEdit }} participants {{ userId mayEdit }}"""

CREATE = f"""mutation ($appointment: AppointmentInput!) {{
  createAppointment(appointment: $appointment) {{ ... on Appointment {{ {APPOINTMENT} }} {ERROR} }} }}"""
UPDATE = f"""mutation ($id: ID!, $ifVersion: Int, $appointment: AppointmentInput!) {{
  updateAppointment(id: $id, ifVersion: $ifVersion, appointment: $appointment) {{
    ... on Appointment {{ {APPOINTMENT} }} {ERROR} ... on OutOfDate {{ currentVersion }} }} }}"""
DELETE = f"""mutation ($id: ID!, $ifVersion: Int) {{ deleteAppointment(id: $id, ifVersion: $ifVersion) {{
    ... on Deleted {{ __typename id }} {USER_ERROR} ... on OutOfDate {{ currentVersion }} }} }}"""
READ = f"query ($id: ID!) {{ appointment(id: $id) {{ {APPOINTMENT} }} }}"
COPIES = """query ($id: ID!) { appointment(id: $id) {
  copies { provider state reason reasonCode externalEventId lastSyncedAt } } }"""
LIST = """query ($filter: AppointmentFilter, $first: Int! = 20, $after: String) {
  appointments(filter: $filter, first: $first, after: $after) {
    nodes { id title } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""

CALENDAR = """__typename id account calendarId calendarName connectedAt
  provider { name title } choices { id name isWritable }
  settings { direction frequencyMinutes filters { privateAppointments } }
  status { state isActive openConflicts attention { code message nextStep since } }"""
CONNECT = f"""mutation ($provider: ProviderName!, $credentials: [CredentialInput!]!) {{
  connectWithCredentials(provider: $provider, credentials: $credentials) {{
    ... on ConnectedCalendar {{ {CALENDAR} }} {ERROR} ... on ProviderRefused {{ retryAt }} }} }}"""
CHOOSE = f"""mutation ($provider: ProviderName!, $calendarId: ID!, $remove: Boolean! = true) {{
  chooseCalendar(provider: $provider, calendarId: $calendarId, removeExternalEvents: $remove) {{
    ... on ConnectedCalendar {{ {CALENDAR} }} {ERROR} }} }}"""
TEST = f"""mutation ($provider: ProviderName!) {{ testConnection(provider: $provider) {{
    ... on TestReport {{ __typename ok account canWrite }} {ERROR} }} }}"""
DISCONNECT = f"""mutation ($provider: ProviderName!, $remove: Boolean!) {{
  disconnectProvider(provider: $provider, removeExternalEvents: $remove) {{
    ... on Disconnected {{ __typename provider copiesToRemove nextStep }} {ERROR} }} }}"""
CALENDARS = f"query ($needs: Boolean) {{ connectedCalendars(needsAttention: $needs) {{ {CALENDAR} }} }}"
STATUS = """query ($provider: ProviderName!) { syncStatus(provider: $provider) {
  provider state isActive lastSyncAt lastSyncStatus nextSyncAt itemsSynced openConflicts quarantined
  consecutiveFailures attention { code }
  currentRun { id state } lastRun { id status } errors { code error } } }"""
RUN = "id provider syncType reason state status itemsPushed itemsPulled errors { code error nextStep }"
SYNC_NOW = f"""mutation ($provider: ProviderName!, $complete: Boolean! = false) {{
  syncNow(provider: $provider, complete: $complete) {{
    ... on SyncRun {{ __typename {RUN} }} {ERROR} ... on NotConnected {{ provider }} }} }}"""
READ_RUN = f"query ($id: ID!) {{ syncRun(id: $id) {{ {RUN} }} }}"
HISTORY = f"""query ($filter: SyncHistoryFilter, $first: Int! = 20, $after: String) {{
  syncHistory(filter: $filter, first: $first, after: $after) {{
    nodes {{ {RUN} }} pageInfo {{ hasNextPage endCursor }} totalCount }} }}"""
CONFLICTS = f"""query ($filter: ConflictFilter, $first: Int! = 20, $after: String) {{
  syncConflicts(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ id provider conflictType state sentence appointmentId externalEventId detectedAt closedAt
      localVersion {{ title {WHEN} }} externalVersion {{ summary {WHEN} }}
      fields {{ group occurrence base local external collides }} }} }} }}"""

UPSERT = f"""mutation ($rows: [PlatformAppointmentInput!]!) {{ upsertAppointments(appointments: $rows) {{
  ... on UpsertReport {{ outcomes {{ platformId appointmentId version status overwrote
    error {{ {ERROR} ... on OutOfDate {{ currentVersion currentPlatformVersion }} }} }} }} {ERROR} }} }}"""
CHANGE = f"""position at kind cause runId byUserId appointmentId platformId
  appointment {{ {APPOINTMENT} platformId platformVersion }} overwritten {{ title {WHEN} }}"""
CHANGES = f"""query ($after: String, $first: Int! = 100) {{
  appointmentChanges(after: $after, first: $first) {{ position hasMore changes {{ {CHANGE} }} }} }}"""
CHANGED = f"subscription ($after: String) {{ appointmentChanged(after: $after) {{ {CHANGE} }} }}"

CREDENTIALS = [{"name": "username", "value": "toni"}, {"name": "password", "value": "secret"}]
TIMED = {"start": "2026-12-01T10:00", "end": "2026-12-01T11:00", "timeZone": "Europe/Berlin"}


def lesson(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    """An appointment that can be made; ``fields`` say what is different."""
    return {"type": "one_on_one", "title": "Lesson", "when": {"timed": TIMED}} | fields


def platform_row(platform_id: str = "a-1", version: Any = 1, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    """A state of an appointment of trainer-1 as the platform sends it."""
    owner = {"userId": "trainer-1", "role": "trainer"}
    return lesson(platformId=platform_id, platformVersion=version, owner=owner) | fields


def timed(start: str, end: str, zone: str = "Europe/Berlin") -> dict[str, Any]:
    return {"timed": {"start": start, "end": end, "timeZone": zone}}
