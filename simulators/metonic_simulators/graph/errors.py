"""What Graph and the identity platform answer when they refuse.

https://learn.microsoft.com/en-us/graph/errors and
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from typing import Any

_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


OWN_DATE_CODES = frozenset({"ErrorCalendarEndDateIsEarlierThanStartDate", "ErrorRecurrenceHasNoOccurrence"})
"""Which nobody has seen yet at Graph, only at its forerunners."""


class Refused(Exception):
    """An answer of Graph that ends a request early; ``more``: members besides code and message."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.more = more or {}


class GrantRefused(Exception):
    """An answer of the token endpoint, or of the sign-in page, that gives nothing.

    ``number``: of AADSTS; ``status`` 401 is for what is wrong with the client.
    """

    def __init__(self, error: str, number: int, message: str, status: int = 400) -> None:
        super().__init__(f"AADSTS{number}: {message}")
        self.error = error
        self.number = number
        self.message = message
        self.status = status


def bad_request(message: str, code: str = "BadRequest") -> Refused:
    return Refused(400, code, message)


def no_segment(segment: str) -> Refused:
    return bad_request(f"Resource not found for the segment '{segment}'.")


def invalid_request(message: str) -> Refused:
    return bad_request(message, "ErrorInvalidRequest")


def invalid_property(message: str) -> Refused:
    return bad_request(message, "ErrorPropertyValidationFailure")


def unreadable(message: str = "Unable to read JSON request payload.") -> Refused:
    return bad_request(message, "RequestBodyRead")


def invalid_parameter(name: str, value: str) -> Refused:
    return bad_request(f"The value '{value}' of parameter '{name}' is invalid.", "ErrorInvalidParameter")


def malformed_id() -> Refused:
    return bad_request("Id is malformed.", "ErrorInvalidIdMalformed")


def not_found() -> Refused:
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def no_resource(what: str) -> Refused:
    return Refused(404, "ResourceNotFound", f"{what} could not be found.")


def no_user(name: str) -> Refused:
    return Refused(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")


def access_denied() -> Refused:
    return Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def directory_denied() -> Refused:
    return Refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def no_mailbox() -> Refused:
    return Refused(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    )


def unauthenticated(*, has_token: bool) -> Refused:
    message = "Access token has expired or is not yet valid." if has_token else "Access token is empty."
    return Refused(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": _CHALLENGE})


def claims_wanted(claims: str) -> Refused:
    """``claims``: base64; a token that was asked for with them is taken (continuous access evaluation)."""
    header = f'{_CHALLENGE}, error="insufficient_claims", claims="{claims}"'
    message = "Continuous access evaluation resulted in challenge with result: InteractionRequired."
    return Refused(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": header})


def zone_not_supported(name: str) -> Refused:
    message = (
        f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
    )
    return bad_request(message, "TimeZoneNotSupportedException")


def conflict() -> Refused:
    message = (
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item."
    )
    return Refused(412, "ErrorIrresolvableConflict", message)


def crossing() -> Refused:
    message = "Modified occurrence is crossing or overlapping adjacent occurrence."
    return bad_request(message, "ErrorOccurrenceCrossingBoundary")


def duplicate_transaction(status: int, existing: str) -> Refused:
    message = (
        "Your request can't be completed. The TransactionId specified in the request has already been used "
        "to create a different event."
    )
    return Refused(status, "ErrorDuplicateTransactionId", message, more={"@event.existingEventId": existing})


def no_change_tracking() -> Refused:
    message = "Change tracking is not supported against 'microsoft.graph.event'."
    return bad_request(message, "ErrorInvalidUrlQuery")


def sync_state_not_found(status: int, code: str, location: str) -> Refused:
    message = "The sync state generation is not found; generation=149;[highest=157]."
    return Refused(status, code, message, {"Location": location} if location else {})


def throttled(status: int, message: str, retry_after: str, code: str = "ApplicationThrottled") -> Refused:
    return Refused(status, code, message, {"Retry-After": retry_after} if retry_after else {})


def invalid_grant(number: int, message: str) -> GrantRefused:
    return GrantRefused("invalid_grant", number, message)
