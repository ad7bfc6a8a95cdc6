"""What schemathesis must know about Portico that the contract does not say: who calls, what exists, what an answer owes.

Loaded by the generated schemathesis.toml. PORTICO_URL names the server under test, live.py makes what the cases work on.
"""

from __future__ import annotations

import uuid

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

import live

PROBLEM = "application/problem+json"


@schemathesis.auth(refresh_interval=240)
class Caller:
    """The caller who may do everything. After a 401 (a case has ended the session) schemathesis asks for a new token."""

    def get(self, case, ctx):
        return live.token()

    def set(self, case, data, ctx):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.serializer("text/csv")
def csv(ctx, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}


@schemathesis.serializer("message/rfc822")
def mail(ctx, value):
    """A mail is bytes. What is no text cannot be written as one: a byte that no mail holds stands for it."""
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b"\0"


@schemathesis.deserializer("text/html")
def html(ctx, response):
    """The pages of the unsubscribe link: their schema is a text."""
    return response.text


# RFC 3339 allows offsets up to 23:59, and second 60; Portico takes what PostgreSQL holds.
OFFSETS = st.one_of(
    st.just("Z"),
    st.builds("{}{:02}:{:02}".format, st.sampled_from("+-"), st.integers(0, 15), st.integers(0, 59)),
)
schemathesis.openapi.format("date-time", st.builds(lambda moment, offset: moment.isoformat() + offset, st.datetimes(), OFFSETS))


@schemathesis.hook
def before_load_schema(ctx, raw_schema):
    """Puts each stream's `x-events` where schemathesis looks for the schema of an event (OpenAPI 3.1 has no place for it)."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "x-events" in operation:
                content = operation["responses"]["200"]["content"]["text/event-stream"]
                content["schema"] = {"oneOf": [event(*item) for item in operation["x-events"].items()]}


def event(name, pointer):
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": {"$ref": pointer}}
    return {
        "type": "object",
        "required": ["event", "data"],
        "properties": {"event": {"const": name}, "data": data},
    }


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Gives each case real state to work on; made-up ids, tags and keys would end every case before it begins.

    A part of a request is edited only while it is valid: what a case breaks on purpose must stay broken.
    """
    case.headers.update(live.from_anywhere())
    # A redirect is the answer; where it leads is nobody's contract.
    kwargs["allow_redirects"] = False
    operation = case.operation.definition.raw["operationId"]
    phase = case.meta.phase.name if case.meta else None
    if valid(case, ParameterLocation.HEADER):
        if "Idempotency-Key" in case.headers:
            # A key used before would replay the first answer to every later body.
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        use_own_session(operation, case)
    cursor = case.query.get("cursor")
    if live.is_cursor(cursor) and (phase is TestPhase.COVERAGE or phase is TestPhase.FUZZING and len(cursor) % 2 == 0):
        # A made-up cursor is refused before anything else is looked at; half of them stay, so that the refusal is seen too.
        del case.query["cursor"]
    if operation == "createBonusImport" and phase is not TestPhase.FUZZING and valid(case, ParameterLocation.QUERY):
        # So is a made-up window.
        case.query.pop("windowStart", None)
    if operation in ("getConversion", "getExchangeRates") and phase is not TestPhase.FUZZING and valid(case, ParameterLocation.QUERY):
        # Rates of a made-up day are not known.
        day = live.rate_day()
        if "date" in case.query:
            case.query["date"] = day
    if phase is TestPhase.STATEFUL:
        # Links carry the state, except those that lead nowhere.
        if valid(case, ParameterLocation.PATH):
            case.path_parameters.update(live.ids_for_misled(operation, case.path_parameters))
        return
    if valid(case, ParameterLocation.PATH):
        case.path_parameters.update(live.ids_for(operation, case.path_parameters))
        if "If-Match" in case.headers and valid(case, ParameterLocation.HEADER):
            case.headers["If-Match"] = live.tag_for(operation, case.formatted_path)
    if operation == "recordTwilioReport" and phase is not TestPhase.FUZZING and valid(case, ParameterLocation.HEADER):
        sign_as_twilio(case)
    if operation in PAYMENT_MESSAGES and phase is not TestPhase.FUZZING and valid(case, ParameterLocation.HEADER):
        kwargs["auth"] = ProvenMessage(operation)
    # In the fuzzing phase proofs stay made up, so that refusals are seen too.
    if phase is not TestPhase.FUZZING and isinstance(case.body, dict) and valid(case, ParameterLocation.BODY):
        case.body.update(live.proof_for(operation, case.body))


PAYMENT_MESSAGES = {"recordSandboxPaymentEvent", "recordStripeEvent", "recordCloudpaymentsNotification"}


class ProvenMessage(requests.auth.AuthBase):
    """Signs the bytes as they leave."""

    def __init__(self, operation):
        self.operation = operation

    def __call__(self, request):
        body = request.body or b""
        raw = body if isinstance(body, bytes) else body.encode()
        request.headers.update(live.proof_of_payment_message(self.operation, raw))
        return request


def sign_as_twilio(case):
    """A form whose values are all text is signed; any other stays unproven."""
    if isinstance(case.body, dict) and all(isinstance(value, str) for value in case.body.values()):
        case.headers["X-Twilio-Signature"] = live.signature_of_twilio(case.formatted_path, case.body)


def use_own_session(operation, case):
    """A case that ends a session or changes a password gets a person of its own instead of the shared admin."""
    if "Authorization" not in case.headers or not case._has_explicit_auth:
        return
    if case.operation.definition.raw.get("x-internal") and case.operation.definition.raw["security"]:
        case.headers["Authorization"] = f"Bearer {live.service_token()}"
        return
    own = live.own_session(operation)
    if own is None:
        return
    token, password = own
    case.headers["Authorization"] = f"Bearer {token}"
    if isinstance(case.body, dict) and "currentPassword" in case.body and valid(case, ParameterLocation.BODY):
        case.body["currentPassword"] = password
    if isinstance(case.body, dict) and case.body.get("method") == "password" and valid(case, ParameterLocation.BODY):
        case.body["secret"] = password


def valid(case, location):
    """Whether this part of the request obeys the contract."""
    meta = case.meta
    return meta is None or location not in meta.components or meta.components[location].mode.is_positive


@schemathesis.check
def answer_owes(ctx, response, case):
    """What every answer of Portico carries, whatever the contract of the operation says."""
    request_id = header(response, "x-request-id")
    assert request_id is not None, "no X-Request-Id"
    status = response.status_code
    if status == 401:
        assert header(response, "www-authenticate") is not None, "401 without WWW-Authenticate"
    if status in (429, 503):
        assert header(response, "retry-after") is not None, f"{status} without Retry-After"
    if status >= 400 and response.request.method != "HEAD":
        assert header(response, "content-type") == PROBLEM, f"{status} is not {PROBLEM}"
        problem = response.json()
        assert problem["requestId"] == request_id, "the problem names another request"
        assert problem["status"] == status, f"the problem says {problem['status']}"
        if status == 409:
            declared = case.operation.definition.raw.get("x-problems", [])
            known = problem["code"] in declared or problem["code"].startswith("idempotency-")
            assert known, f"{problem['code']} is not in x-problems"


@schemathesis.check
def only_a_cursor_is_refused(ctx, response, case):
    """A valid request to a list may be refused with 400 only for its made-up cursor."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    code = response.json()["code"]
    assert code == "invalid-cursor" and "cursor" in (case.query or {}), f"a valid request was refused as {code}"


def header(response, name):
    values = response.headers.get(name)
    return values[0] if values else None
