"""What Google answers when it refuses, word for word.

https://developers.google.com/workspace/calendar/api/guides/errors shows the first family: ``errors``,
``code`` and ``message``, without ``status``; the front end before the calendar has a second one.
"""

from typing import Any

SERVICE = "calendar-json.googleapis.com"
_MISSING = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or "
    "other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_NOT_ACCEPTED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class Refused(Exception):
    """An answer that ends a request early."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def classic(status: int, domain: str, reason: str, message: str, at: str = "") -> Refused:
    """``at``: ``parameter:timeMax`` or ``header:If-Match``."""
    item: dict[str, Any] = {"domain": domain, "reason": reason, "message": message}
    if at:
        item["locationType"], _, item["location"] = at.partition(":")
    return Refused(status, {"error": {"errors": [item], "code": status, "message": message}})


def invalid(message: str, at: str = "") -> Refused:
    return classic(400, "global", "invalid", message, at)


def bad_parameter(name: str, value: str) -> Refused:
    return classic(
        400,
        "global",
        "invalidParameter",
        f"Invalid value '{value}' for parameter '{name}'.",
        f"parameter:{name}",
    )


def required(message: str) -> Refused:
    return classic(400, "global", "required", message)


def bad_request(message: str) -> Refused:
    return classic(400, "global", "badRequest", message)


def not_found() -> Refused:
    return classic(404, "global", "notFound", "Not Found")


def duplicate() -> Refused:
    return classic(409, "global", "duplicate", "The requested identifier already exists.")


def conflict() -> Refused:
    return classic(409, "global", "conflict", "Conflict")


def deleted() -> Refused:
    return classic(410, "global", "deleted", "Resource has been deleted")


def full_sync_required() -> Refused:
    message = "Sync token is no longer valid, a full sync is required."
    return classic(410, "calendar", "fullSyncRequired", message, "parameter:syncToken")


def bad_sync_token() -> Refused:
    return invalid("Invalid sync token value.")


def updated_min_too_long_ago() -> Refused:
    message = "The requested minimum modification time lies too far in the past."
    return classic(410, "calendar", "updatedMinTooLongAgo", message, "parameter:updatedMin")


def condition_not_met() -> Refused:
    return classic(412, "global", "conditionNotMet", "Precondition Failed", "header:If-Match")


def range_empty(at: str = "") -> Refused:
    return classic(400, "calendar", "timeRangeEmpty", "The specified time range is empty.", at)


def access_level(role: str = "writer") -> Refused:
    message = f"You need to have {role} access to this calendar."
    return classic(403, "calendar", "requiredAccessLevel", message)


def not_the_organizer() -> Refused:
    message = "Shared properties can only be changed by the organizer of the event."
    return classic(403, "calendar", "forbiddenForNonOrganizer", message)


def forbidden(message: str = "Forbidden") -> Refused:
    return classic(403, "global", "forbidden", message)


def rate_limited(reason: str, status: int) -> Refused:
    message = "User Rate Limit Exceeded" if reason == "userRateLimitExceeded" else "Rate Limit Exceeded"
    return classic(status, "usageLimits", reason, message)


def limits_exceeded() -> Refused:
    return classic(403, "usageLimits", "quotaExceeded", "Calendar usage limits exceeded.")


def backend(status: int) -> Refused:
    return classic(status, "global", "backendError", "Backend Error")


def not_a_calendar_user() -> Refused:
    message = "The user must be signed up for Google Calendar."
    return classic(403, "calendar", "notACalendarUser", message)


def unauthenticated(*, has_token: bool) -> Refused:
    message = _NOT_ACCEPTED if has_token else _MISSING
    item = {
        "message": "Invalid Credentials" if has_token else "Login Required.",
        "domain": "global",
        "reason": "authError" if has_token else "required",
        "location": "Authorization",
        "locationType": "header",
    }
    error = {"code": 401, "message": message, "errors": [item], "status": "UNAUTHENTICATED"}
    challenge = 'Bearer realm="https://accounts.google.com/"' + (
        ', error="invalid_token"' if has_token else ""
    )
    return Refused(401, {"error": error}, {"WWW-Authenticate": challenge})


def lacks_scope(operation: str) -> Refused:
    resource, _, name = operation.partition(".")
    method = f"calendar.v3.{resource[0].upper()}{resource[1:]}.{name[0].upper()}{name[1:]}"
    return _front_end(
        "Request had insufficient authentication scopes.",
        {"message": "Insufficient Permission", "domain": "global", "reason": "insufficientPermissions"},
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        {"service": SERVICE, "method": method},
    )


def service_disabled(project: str) -> Refused:
    page = f"https://console.developers.google.com/apis/api/{SERVICE}/overview?project={project}"
    message = (
        f"Google Calendar API has not been used in project {project} before or it is disabled. Enable it by "
        f"visiting {page} then retry."
    )
    item = {"message": message, "domain": "usageLimits", "reason": "accessNotConfigured"}
    return _front_end(
        message, item, "SERVICE_DISABLED", {"service": SERVICE, "consumer": f"projects/{project}"}
    )


def _front_end(message: str, item: dict[str, str], reason: str, metadata: dict[str, str]) -> Refused:
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }
    error = {
        "code": 403,
        "message": message,
        "errors": [item],
        "status": "PERMISSION_DENIED",
        "details": [detail],
    }
    return Refused(403, {"error": error})


def oauth(error: str, description: str = "", status: int = 400, **more: str) -> Refused:
    """As RFC 6749 5.2 has it."""
    body = {"error": error, **({"error_description": description} if description else {}), **more}
    return Refused(status, body)


def invalid_grant(description: str = "Token has been expired or revoked.", **more: str) -> Refused:
    return oauth("invalid_grant", description, 400, **more)
