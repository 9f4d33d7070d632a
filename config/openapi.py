"""Complete the API's schema: what every operation can answer besides its success, as problem details."""

from http import HTTPStatus
from typing import Any

from web import problems

type Json = dict[str, Any]

ENUM_NAMES = {
    "RoleEnum": "accounts.models.Role",
    "OwnerRoleEnum": "rights.shares.CLAIMED_ROLES",
    "PartyKindEnum": "rights.models.Party.Kind",
    "NewPartyKindEnum": "artists.api.staff_parties.KINDS",
    "UseEnum": "artists.api.grants.USE_CHOICES",
    "LabelUseEnum": "artists.label.api.switches.USE_CHOICES",
    "SplitUseEnum": "artists.api.staff_splits.USES",
    "SplitRoleEnum": "rights.shares.Role",
    "IncomeUseEnum": "rights.models.Use",
    "PayoutStateEnum": "billing.models.PayoutLine.State",
    "AgreementStateEnum": "artists.label.api.agreements.STATES",
    "ShareStateEnum": "artists.api.owners.SHARE_STATES",
    "ImportStateEnum": "rights.models.CatalogImport.State",
    "GiftStatusEnum": "billing.models.Gift.Status",
    "OrderStatusEnum": "billing.models.Checkout.Status",
    "DraftStateEnum": "artists.models.Draft.State",
    "ProgramKindEnum": "artists.models.Program.Kind",
    "RequestStateEnum": "artists.models.ExperienceRequest.State",
    "ShelfStateEnum": "fans.models.ShelfEntry.State",
    "ReportStateEnum": "trust.models.Report.State",
    "ReportReasonEnum": "trust.models.Report.Reason",
    "StemRoleEnum": "catalog.models.audio.StemRole",
}
"""What the schema calls choices of which several fields have the same name."""
SETTINGS = {
    "TITLE": "Fanfare",
    "DESCRIPTION": "What the browser and other programs may ask of Fanfare.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.openapi.document_problems"],
}
"""SPECTACULAR_SETTINGS."""

PROBLEM_SCHEMA: Json = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, for people."},
        "code": {"type": "string", "description": "What is wrong, for programs."},
        "errors": {"type": "object", "additionalProperties": {}, "description": "What is wrong with each field."},
    },
    "required": ["type", "title", "status", "detail", "code"],
}
DESCRIPTIONS = {
    400: "What was sent is not valid.",
    403: "Nobody is signed in, this person may not do it, or the password was typed too long ago (`SignInAgain`).",
    404: "It does not exist, or it is not yours to see.",
    406: "The answer is JSON, which `Accept` does not allow.",
    409: "It cannot be done as things are now.",
    413: "The body is too large.",
    415: "The body is not of the documented type.",
    429: "There were too many requests. `Retry-After` says when to go on.",
    503: "The database or the payment service is away for a moment.",
}


def document_problems(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """drf-spectacular's hook after the schema is built (POSTPROCESSING_HOOKS)."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {str(status): _response(status) for status in DESCRIPTIONS}
    for address, path in result["paths"].items():
        for method, operation in path.items():
            for status in sorted(_possible_statuses(address, method, operation)):
                reference = {"$ref": f"#/components/responses/{status}"}
                operation["responses"].setdefault(str(status), reference)
    return result


def _response(status: int) -> Json:
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    response: Json = {"description": f"{HTTPStatus(status).phrase}. {DESCRIPTIONS[status]}", "content": content}
    if status == 429:
        response["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
    return response


def _possible_statuses(address: str, method: str, operation: Json) -> set[int]:
    """Every operation needs a session and counts as a request. The rest follows from what it takes."""
    statuses = {403, 406, 429, 503}
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    if "query" in places:
        statuses |= {400, 404}  # 404 for a cursor
    if "path" in places or address.startswith("/api/v1/staff/"):  # which is there for staff alone
        statuses |= {404}
    if method != "get":
        statuses |= {409}
    if "requestBody" in operation:
        statuses |= {400, 413, 415}
    return statuses
