"""The state that the cases work on, made through the API itself as its callers would make it.

Everything waits for a condition, never for a time; what does not come within DEADLINE seconds is an error of the run.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
import re
import secrets
import struct
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import requests

URL = os.environ["PORTICO_URL"]
ADMIN = {"email": os.environ["PORTICO_EMAIL"], "password": os.environ["PORTICO_PASSWORD"]}
PASSWORD = "quiet rivers carry old songs"
DEADLINE = 20

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CURSOR = re.compile(r"[A-Za-z0-9_-]{1,1024}")

# Each run against one Portico has people of its own; there are 50,000 demo people in all.
_series = int(os.environ["PORTICO_SERIES"])
_numbers = itertools.count(_series * 100_000 + 1)
_demo_people = itertools.count(_series * 1_000 + 1)
_once = {}
_session = requests.Session()


def call(method, path, *, token=None, status=(200, 201, 202, 204), **kwargs):
    """One request of our own; any status but the expected ones is an error of the run."""
    headers = {**kwargs.pop("headers", {}), **from_anywhere()}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    response = _session.request(method, URL + path, headers=headers, timeout=30, **kwargs)
    if response.status_code not in status:
        raise RuntimeError(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
    return response


def from_anywhere():
    """Another network for each request: budgets per network guard against exactly what a test does."""
    number = next(_numbers)
    return {"X-Forwarded-For": f"11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def token():
    """A new token of the account that may do everything."""
    return log_in(ADMIN)["token"]


def log_in(credentials):
    return call("POST", "/api/v1/auth/login", json=credentials).json()


def admin_token():
    return once("admin", token)


def admin(method, path, status=range(200, 300), **kwargs):
    """A request of the admin; a token that a case has killed meanwhile is replaced once."""
    for attempt in (1, 2):
        response = call(method, path, token=admin_token(), status=range(600), **kwargs)
        if response.status_code == 401 and attempt == 1:
            del _once["admin"]
            continue
        if response.status_code not in status:
            raise RuntimeError(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
        return response


def until(read, what):
    """The first answer of `read` that is not None."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        value = read()
        if value is not None:
            return value
        time.sleep(0.02)
    raise RuntimeError(f"{what} did not come within {DEADLINE} s")


# Vendors and their inbox


def make_vendors_well():
    """Cases tell the sandbox vendors to fail; whoever waits for a message first tells them not to."""
    for channel in ("sms", "email"):
        misbehave(channel, {})


def misbehave(channel, change):
    path = f"/api/v1/sandbox/behaviours/{channel}"
    wanted = {
        "failRate": 0,
        "rejectRate": 0,
        "loseAnswerRate": 0,
        "undeliveredRate": 0,
        "loseReportRate": 0,
        "sendDelayMilliseconds": 0,
        "reportDelayMilliseconds": 0,
        **change,
    }
    present = admin("GET", path)
    if {**present.json(), **wanted} != present.json():
        admin("PUT", path, json=wanted, headers={"If-Match": present.headers["ETag"]})


def secret_sent_to(address, pattern):
    """What a person would copy out of the newest message."""

    def read():
        page = admin("GET", "/api/v1/sandbox/messages", params={"address": address, "limit": 1}).json()
        found = re.search(pattern, page["items"][0]["text"]) if page["items"] else None
        return found and found.group(0)

    return until(read, f"the message to {address}")


def token_mailed_to(address):
    return secret_sent_to(address, r"(?m)^[A-Za-z0-9_-]{43}$")


def code_sent_to(phone):
    return secret_sent_to(phone, r"\b[0-9]{6}\b")


# People


def new_email():
    return f"person-{next(_numbers)}@contract.example"


def new_phone():
    return f"+98935{next(_numbers):07}"


def registration_by_email():
    email = new_email()
    call("POST", "/api/v1/auth/register", json={"email": email, "password": PASSWORD, "gender": "other", "age": 30})
    return email


def registration_by_phone():
    phone = new_phone()
    body = {"phone": phone, "password": PASSWORD, "gender": "other", "age": 30}
    return phone, call("POST", "/api/v1/auth/register/phone", json=body).json()["userId"]


def person_with_email():
    make_vendors_well()
    email = registration_by_email()
    call("POST", "/api/v1/auth/verify-email", json={"token": token_mailed_to(email)})
    return {"email": email, "password": PASSWORD}


def person_with_phone():
    make_vendors_well()
    phone, user_id = registration_by_phone()
    call("POST", "/api/v1/auth/verify-phone", json={"userId": user_id, "phone": phone, "code": code_sent_to(phone)})
    return {"phone": phone, "password": PASSWORD}


def started_factor(person, token):
    """The secret of a second factor that waits for its first code."""
    body = {"currentPassword": person["password"]}
    return call("POST", "/api/v1/users/second-factor", token=token, json=body).json()["secret"]


def app_code(secret):
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def recovery_code(person, token):
    """Turns the second factor of a person on."""
    body = {"code": app_code(started_factor(person, token))}
    return call("POST", "/api/v1/users/second-factor/confirm", token=token, json=body).json()["recoveryCodes"][0]


def once(name, make):
    if name not in _once:
        _once[name] = make()
    return _once[name]


# Things with an id


def campaign():
    body = {
        "name": "Nowruz gift",
        "coins": 50,
        "periodPolicy": "once",
        "messageTemplate": "You got {coins} coins from {campaign}.",
        "defaultRegion": "IR",
    }
    return admin("POST", "/api/v1/bonus-campaigns", json=body).json()["id"]


def upload(lines):
    path = f"/api/v1/bonus-campaigns/{campaign()}/imports"
    file = "phone\n" + "".join(f"{line}\n" for line in lines)
    return admin("POST", path, data=file.encode(), headers={"Content-Type": "text/csv"}).json()["id"]


def finished_import():
    """Everything a reader may meet: credited to the demo user, pending, duplicate, malformed."""
    make_vendors_well()
    import_id = upload(["09120000000", "09120000000", "09359999999", "no number"])

    def read():
        state = admin("GET", f"/api/v1/bonus-imports/{import_id}").json()
        return import_id if state["status"] == "finished" and state["messages"]["delivered"] == 1 else None

    return until(read, "the end of the import")


def cancelled_import():
    """Large enough to be stopped before its end on any machine."""
    for lines in (20_000, 200_000):
        import_id = upload(f"0935{number:07}" for number in range(lines))
        response = admin("POST", f"/api/v1/bonus-imports/{import_id}/cancel", status=(200, 409))
        if response.status_code == 200:
            return import_id
    raise RuntimeError("no import could be cancelled before it was finished")


def social_start(hint, path="/api/v1/auth/social/start", **kwargs):
    """Somebody at the sandbox provider, and back: what `completeSocialLogin` takes."""
    body = {"provider": "sandbox", "loginHint": hint}
    started = call("POST", path, json=body, **kwargs).json()
    back = parse_qs(urlsplit(started["authorizationUrl"]).query)
    return {"state": back["state"][0], "code": back["code"][0], "ticket": started["ticket"]}


def social_challenge(**kwargs):
    """Somebody new whom the sandbox provider has identified."""
    way = social_start(f"somebody-{next(_numbers)}", **kwargs)
    return call("POST", "/api/v1/auth/social/complete", json=way).json()["challenge"]


def social_link():
    """A challenge for the admin's account, which has no identity then."""
    for identity in admin("GET", "/api/v1/social-identities").json()["identities"]:
        admin("DELETE", f"/api/v1/social-identities/{identity['id']}", status=(204, 404))
    return {"challenge": social_challenge(path="/api/v1/auth/social/link", token=admin_token())}


def social_identity():
    identities = admin("GET", "/api/v1/social-identities").json()["identities"]
    return (identities or [admin("POST", "/api/v1/social-identities", json=social_link()).json()])[0]["id"]


def suppression():
    body = {"channel": "email", "address": new_email(), "category": "marketing", "reason": "asked for it"}
    return admin("POST", "/api/v1/suppressions", json=body).json()["id"]


TEMPLATE_SOURCE = {
    "defaultLocale": "en",
    "variables": [{"name": "coins", "type": "integer", "sample": 500}],
    "contents": [{"locale": "en", "text": "You got {{coins}} coins."}],
}

# The draft of the template that a path named last.
_drafts = []


def template():
    """A template with a draft."""
    body = {"key": f"contract.n{next(_numbers)}", "channel": "sms", "category": "rewards", "description": ""}
    template_id = admin("POST", "/api/v1/message-templates", json=body).json()["id"]
    draft = admin("POST", f"/api/v1/message-templates/{template_id}/versions", json=TEMPLATE_SOURCE).json()["id"]
    return template_id, draft


def published_template():
    found, draft = template()
    path = f"/api/v1/message-templates/{found}"
    tag = admin("GET", path).headers["ETag"]
    admin("POST", f"{path}/publish", json={"versionId": draft}, headers={"If-Match": tag})
    return found


def sms_template():
    """The name of a template whose variables are those of a bonus."""
    found = admin("GET", f"/api/v1/message-templates/{published_template()}").json()
    return {"key": found["key"], "version": 1}


def template_id(operation):
    if operation == "createTemplateVersion":
        return published_template()
    if operation in ("publishMessageTemplate", "deleteMessageTemplate"):
        found, draft = template()
        _drafts[:] = [draft]
        return found
    return once("template", template)[0]


def published(channel, category, content):
    """The key of a template without variables that can be sent."""
    key = f"contract.n{next(_numbers)}"
    body = {"key": key, "channel": channel, "category": category, "description": ""}
    path = "/api/v1/message-templates/" + admin("POST", "/api/v1/message-templates", json=body).json()["id"]
    source = {"defaultLocale": "en", "variables": [], "contents": [{"locale": "en", **content}]}
    draft = admin("POST", path + "/versions", json=source).json()["id"]
    tag = admin("GET", path).headers["ETag"]
    admin("POST", path + "/publish", json={"versionId": draft}, headers={"If-Match": tag})
    return key


def unsubscribe_token(_):
    content = {"subject": "News", "text": "News. {{unsubscribeUrl}}"}
    key = once("marketing_mail", lambda: published("email", "news", content))
    body = {"templateKey": key, "recipient": {"kind": "email", "email": new_email()}}
    sent = admin("POST", "/api/v1/notifications", json=body).json()
    text = admin("GET", f"/api/v1/messages/{sent['id']}").json()["message"]["text"]
    return text.rsplit("/", 1)[1]


def version_id(operation):
    changing = operation in ("updateTemplateVersion", "deleteTemplateVersion")
    return (template() if changing else once("template", template))[1]


def campaign_plan():
    """What a campaign needs that no generator can guess: a published template, and values that fit it."""
    return {
        "channel": "sms",
        "templateKey": once("news", lambda: published("sms", "news", {"text": "News."})),
        "templateVersion": 1,
        "variables": [],
        "recipientVariables": [],
        "tracking": False,
        "scheduledAt": "2999-01-01T00:00:00Z",
    }


def notification_campaign():
    body = {"name": "Contract", "segment": {"countries": ["IR"]}, **campaign_plan()}
    return admin("POST", "/api/v1/notification-campaigns", json=body).json()["id"]


def tracked_message():
    """The id of an e-mail with one counted link."""
    make_vendors_well()
    key = published("email", "news", {"subject": "News", "text": "See https://shop.example/."})
    plan = {"channel": "email", "templateKey": key, "templateVersion": 1, "tracking": True}
    campaign = {**plan, "name": "Counted", "segment": {"roles": ["admin"]}}
    group = admin("POST", "/api/v1/notification-campaigns", json=campaign).json()["id"]

    def read():
        items = admin("GET", "/api/v1/messages", params={"groupId": group, "limit": 1}).json()["items"]
        return items[0]["id"] if items else None

    return until(read, "the counted e-mail")


def tracking_id(operation):
    """As the e-mail carries it (src/contexts/notifications/campaigns/tracking-token.ts)."""
    kind, number = (2, 1) if operation == "followMessageLink" else (1, 0)
    payload = struct.pack(">B16sH", kind, uuid.UUID(once("tracked_message", tracked_message)).bytes, number)
    key = base64.b64decode(os.environ["PORTICO_TRACKING_KEY"])
    signed = payload + hmac.new(key, payload, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def someone():
    """The id of a person who is not the admin."""
    person = person_with_email()
    return log_in(person)["user"]["id"]


def message():
    once("finished_import", finished_import)
    return admin("GET", "/api/v1/messages", params={"limit": 1}).json()["items"][0]["id"]


def sandbox_message():
    once("finished_import", finished_import)
    return admin("GET", "/api/v1/sandbox/messages", params={"limit": 1}).json()["items"][0]["id"]


def dead_letter():
    """A message that the vendor refused for good."""
    make_vendors_well()
    known = open_dead_letters()
    misbehave("email", {"rejectRate": 1})
    registration_by_email()
    found = until(lambda: next(iter(open_dead_letters() - known), None), "the dead letter")
    make_vendors_well()
    return found


def dead_message():
    """The id of a message that the vendor refused for good."""
    return admin("GET", f"/api/v1/dead-letters/{dead_letter()}").json()["ref"]


def open_dead_letters():
    page = admin("GET", "/api/v1/dead-letters", params={"open": "true", "limit": 100}).json()
    return {item["id"] for item in page["items"]}


def data_export():
    """An export of the admin, ready."""

    def read():
        response = admin("POST", "/api/v1/data-exports", status=(202, 409))
        return response.json()["id"] if response.status_code == 202 else None

    export_id = until(read, "the end of another export")
    until(lambda: admin("GET", f"/api/v1/data-exports/{export_id}").json()["state"] == "ready" or None, "the export")
    return export_id


def client():
    """A machine client, with its secret."""
    body = {"name": "Contract", "scopes": ["campaigns:read"], "secretDays": 1}
    return admin("POST", "/api/v1/clients", json=body).json()


_secrets = []


def client_id(operation):
    """A client of its own for whoever adds or deletes its secrets."""
    found = client() if operation in ("createClientSecret", "deleteClientSecret") else once("client", client)
    _secrets[:] = found["secrets"]
    return found["id"]


def secret_id(_):
    """A secret of the client that the path names; of some client where it names none."""
    return (_secrets or client()["secrets"])[0]["id"]


def _client_token():
    known = once("client_for_tokens", client)
    return {"client_id": known["id"], "client_secret": known["secret"], "scope": "campaigns:read"}


# What a flag needs that no generator can guess: variants that its other parts name.
FLAG = {
    "defaultVariant": "off",
    "variants": [{"name": "on", "weight": 1}, {"name": "off", "weight": 0}],
    "rules": [],
}


def flag():
    body = {**FLAG, "key": f"contract-f{next(_numbers)}", "description": ""}
    return admin("POST", "/api/v1/flags", json=body).json()["key"]


def wealth():
    """Gives the admin a million coins, as a campaign would: for a number that somebody has verified."""
    make_vendors_well()
    proof = _phone_change()
    admin("PUT", "/api/v1/users/phone", json=proof)
    body = {
        "name": "Wealth",
        "coins": 1_000_000,
        "periodPolicy": "once",
        "messageTemplate": "You got {coins} coins.",
        "defaultRegion": "IR",
    }
    campaign_id = admin("POST", "/api/v1/bonus-campaigns", json=body).json()["id"]
    file = f"phone\n{proof['phone']}\n".encode()
    path = f"/api/v1/bonus-campaigns/{campaign_id}/imports"
    admin("POST", path, data=file, headers={"Content-Type": "text/csv"})
    return until(lambda: admin("GET", "/api/v1/wallet").json()["balance"] or None, "the coins")


def reward():
    body = {"name": "Ticket", "description": "One of them.", "cost": 1, "stock": None}
    return admin("POST", "/api/v1/rewards", json=body).json()["id"]


def redemption():
    once("wealth", wealth)
    body = {"rewardId": once("reward_to_buy", reward), "coins": 1}
    return admin("POST", "/api/v1/redemptions", json=body).json()["id"]


# Teams: one of the admin's for most cases


def team():
    return admin("POST", "/api/v1/teams", json={"name": "Contract", "ownName": "Admin"}).json()


def team_of_all():
    return once("team", team)


def placeholder():
    name = f"Member {next(_numbers)}"
    path = f"/api/v1/teams/{team_of_all()['id']}/members"
    members = admin("POST", path, json={"name": name}).json()["members"]
    return next(member["id"] for member in members if member["name"] == name)


def pair():
    return [team_of_all()["memberId"], once("placeholder", placeholder)]


def invitation():
    path = f"/api/v1/teams/{team_of_all()['id']}/invitations"
    return admin("POST", path, json={"role": "member"}).json()["id"]


def expense():
    return {
        "amount": "10.00",
        "currency": "EUR",
        "payers": [{"memberId": pair()[0], "amount": "10.00"}],
        "split": {"method": "equal", "memberIds": pair()},
    }


def expense_id():
    path = f"/api/v1/teams/{team_of_all()['id']}/expenses"
    return admin("POST", path, json={"description": "Dinner", "spentOn": "2026-11-20", **expense()}).json()["id"]


def deleted_expense_id():
    found = expense_id()
    admin("DELETE", f"/api/v1/teams/{team_of_all()['id']}/expenses/{found}", headers={"If-Match": "*"})
    return found


def settlement():
    payer, receiver = pair()
    return {"payerId": payer, "receiverId": receiver, "amount": "1.00", "currency": "EUR"}


def settlement_id():
    path = f"/api/v1/teams/{team_of_all()['id']}/settlements"
    return admin("POST", path, json={"paidOn": "2026-11-21", **settlement()}).json()["id"]


def conversion():
    once("rates", fetched_rates)
    creditor, debtor = pair()
    return {"debtorId": debtor, "creditorId": creditor, "amount": "1.00", "currency": "EUR", "convertedCurrency": "USD", "rateDate": rate_day()}


def conversion_id():
    return admin("POST", f"/api/v1/teams/{team_of_all()['id']}/conversions", json=conversion()).json()["id"]


def recurring():
    return {**expense(), "startsOn": "2999-01-31", "timeZone": "Asia/Tehran"}


def recurring_id():
    body = {"description": "Rent", "unit": "month", "every": 1, **recurring()}
    body.pop("endsOn", None)
    return admin("POST", f"/api/v1/teams/{team_of_all()['id']}/recurring-expenses", json=body).json()["id"]


def comment_id():
    path = f"/api/v1/teams/{team_of_all()['id']}/expenses/{once('expense', expense_id)}/comments"
    return admin("POST", path, json={"text": "Was that with the tip?"}).json()["id"]


# Lines that no generator finds.
CSV = "Date,Description,Category,Cost,Currency,Admin\n"


def foreign_invitation():
    """The token of an invitation to a team that the admin is not in."""
    owner = once("team_owner", lambda: log_in(person_with_email())["token"])
    made = call("POST", "/api/v1/teams", token=owner, json={"name": "Theirs", "ownName": "Sara"}).json()
    path = f"/api/v1/teams/{made['id']}/invitations"
    return {"token": call("POST", path, token=owner, json={"role": "member"}).json()["token"]}


# The round that `open_round` has just given.
_round = {}


def open_round():
    started = admin("POST", "/api/v1/games/dice/rounds").json()
    _round.update(roundToken=started["roundToken"])
    return started["id"]


def product_type():
    body = {"code": f"kind-{next(_numbers)}", "name": "Kind", "attributes": []}
    return admin("POST", "/api/v1/product-types", json=body).json()["id"]


def category():
    body = {"slug": f"category-{next(_numbers)}", "parentId": None, "names": [{"locale": "en", "name": "Category"}]}
    return admin("POST", "/api/v1/categories", json=body).json()["id"]


# What a product and a variant of it need that no generator can guess.
PRODUCT = {
    "attributes": [],
    "options": [{"key": "size", "label": "Size", "values": [f"n{n}" for n in range(100)]}],
    "categoryIds": [],
    "publishedFrom": None,
    "publishedUntil": None,
}


def product():
    body = {
        **PRODUCT,
        "slug": f"product-{next(_numbers)}",
        "productTypeId": once("product_type", product_type),
        "translations": [{"locale": "en", "name": "Product", "description": ""}],
        "images": [],
        "taxClass": "standard",
    }
    return admin("POST", "/api/v1/products", json=body).json()["id"]


def _variant():
    """Variants of one product differ."""
    number = next(_numbers)
    price = {"channel": "web", "price": {"amount": 100, "currency": "EUR"}, "validFrom": None, "validUntil": None}
    return {"sku": f"SKU-{number}", "options": [{"key": "size", "value": f"n{number % 100}"}], "prices": [price]}


def variant():
    return admin("POST", f"/api/v1/products/{product()}/variants", json=_variant()).json()["id"]


def stock_location():
    body = {"code": f"place-{next(_numbers)}", "name": "Place", "priority": 1}
    return admin("POST", "/api/v1/stock-locations", json=body).json()["id"]


def _stock():
    """A thousand of a variant at a place."""
    place = {"variantId": variant(), "locationId": once("stock_location", stock_location)}
    admin("POST", "/api/v1/stock-adjustments", json={**place, "delta": 1000, "reason": "received"})
    return place


def _transfer():
    place = once("stock", _stock)
    other = once("other_stock_location", stock_location)
    return {"variantId": place["variantId"], "fromLocationId": place["locationId"], "toLocationId": other, "quantity": 1}


# Orders: of what costs nothing, so that they are paid at once


def article(price=0):
    """A variant that is for sale, with a thousand in stock."""
    body = {
        **PRODUCT,
        "slug": f"product-{next(_numbers)}",
        "productTypeId": once("product_type", product_type),
        "translations": [{"locale": "en", "name": "Product", "description": ""}],
        "images": [],
        "taxClass": "zero",
        "publishedFrom": "2026-01-01T00:00:00Z",
    }
    path = "/api/v1/products/" + admin("POST", "/api/v1/products", json=body).json()["id"]
    made = _variant()
    made["prices"][0]["price"]["amount"] = price
    found = admin("POST", path + "/variants", json=made).json()["id"]
    place = {"variantId": found, "locationId": once("stock_location", stock_location)}
    admin("POST", "/api/v1/stock-adjustments", json={**place, "delta": 1000, "reason": "received"})
    return found


SHIPPING = {"taxClass": "zero", "active": True, "prices": [{"currency": "EUR", "amount": 0}]}
ADDRESS = {
    "recipient": "Nima",
    "phone": None,
    "line1": "Unter den Linden 1",
    "line2": None,
    "city": "Berlin",
    "region": None,
    "postalCode": "10117",
    "country": "DE",
}


def shipping_method():
    body = {"name": "By hand", **SHIPPING}
    return admin("PUT", "/api/v1/shipping-methods/contract", json=body, headers={"If-Match": "*"}).json()["code"]


def _coupon():
    return {
        "code": f"C-{next(_numbers)}",
        "basisPoints": 1000,
        "amount": None,
        "currency": None,
        "minimum": 0,
        "validFrom": None,
        "validUntil": None,
    }


def coupon():
    body = {**_coupon(), "oncePerCustomer": False, "maxUses": None}
    return admin("POST", "/api/v1/coupons", json=body).json()


def _placement():
    # What others set meanwhile may have changed the way of shipping.
    shipping_method()
    return {
        "currency": "EUR",
        "channel": "web",
        "lines": [{"variantId": article(), "quantity": 10}],
        "shippingMethod": "contract",
        "couponCode": once("coupon", coupon)["code"],
        "address": ADDRESS,
        "expectedTotal": 0,
    }


# The article of the order that a path named last, and one unit of it.
_ordered = []
_units = []


def order_id(operation):
    if operation in ("getOrder", "listOrderEvents", "getOrderInvoice"):
        return once("order", lambda: admin("POST", "/api/v1/orders", json=_placement()).json()["id"])
    body = _placement()
    _ordered[:] = [body["lines"][0]["variantId"]]
    made = admin("POST", "/api/v1/orders", json=body).json()
    found, _units[:] = made["id"], [{"lineId": made["lines"][0]["id"], "quantity": 1}]
    if operation in ("recordDelivery", "recordReturn"):
        admin("POST", f"/api/v1/orders/{found}/shipments", json={})
    return found


PRICE = {"amount": 1000, "currency": "EUR"}


def payment():
    """Something that the admin owes ten euro for."""
    body = {**_placement(), "lines": [{"variantId": article(100), "quantity": 10}]}
    del body["couponCode"], body["expectedTotal"]
    order = admin("POST", "/api/v1/orders", json=body).json()["id"]
    return admin("GET", "/api/v1/payments", params={"subjectId": order}).json()["items"][0]["id"]


# The attempt of the payment that a path named last.
_attempts = []


def attempted(behaviour, states):
    """A payment whose attempt has come so far."""
    found = payment()
    path = f"/api/v1/payments/{found}/attempts"
    attempt = admin("POST", path, json={"methodToken": f"sandbox-{behaviour}"}).json()["id"]

    def read():
        seen = admin("GET", f"{path}/{attempt}").json()
        return seen if seen["state"] in states else None

    _attempts[:] = [attempt]
    return found, until(read, "the attempt")


def payment_id(operation):
    if operation in ("capturePayment", "voidPayment", "refundPayment"):
        found, _ = attempted("ok", ("authorised",))
        if operation == "refundPayment":
            body = {"amount": PRICE, "releaseRest": True, "reason": "sent"}
            admin("POST", f"/api/v1/payments/{found}/captures", json=body)
            path = f"/api/v1/payments/{found}"
            until(lambda: admin("GET", path).json()["captured"]["amount"] == 1000 or None, "the capture")
        return found
    if operation == "cancelPaymentAttempt":
        return attempted("page", ("requires_action",))[0]
    if operation == "getPaymentAttempt":
        found, attempt = once("attempted", lambda: (attempted("page", ("requires_action",))[0], _attempts[0]))
        _attempts[:] = [attempt]
        return found
    return payment() if operation == "startPaymentAttempt" else once("payment", payment)


def charge():
    """Of a buyer who stands in front of the pay page."""
    return attempted("page", ("requires_action",))[1]["action"]["url"].rsplit("#", 1)[1]


def _order_change():
    lines = [{"variantId": variant_id, "quantity": 7} for variant_id in _ordered]
    return {"lines": lines, "shippingMethod": "contract", "address": ADDRESS}


def product_slug(_):
    """Of a published product."""

    def publish():
        path = f"/api/v1/products/{product()}"
        read = admin("GET", path)
        headers = {"If-Match": read.headers["ETag"], "Content-Type": "application/merge-patch+json"}
        admin("PATCH", path, json={"publishedFrom": "2026-01-01T00:00:00Z"}, headers=headers)
        return read.json()["slug"]

    return once("product_slug", publish)


def _purchase():
    once("wealth", wealth)
    return {"rewardId": once("reward_to_buy", reward), "coins": 1}


def fetched_rates(day=None):
    """Has the sandbox asked for rates, the latest or those of a day, and waits for them."""
    asked = admin("POST", "/api/v1/exchange-rate-fetches", json={} if day is None else {"date": day}).json()["id"]

    def read():
        items = admin("GET", "/api/v1/exchange-rate-fetches", params={"limit": 100}).json()["items"]
        return next((item for item in items if item.get("requestId") == asked), None)

    return until(read, "the rates")


# Working days on which the sandbox is wrong by a factor of 100.
_wrong_days = ["2020-04-01", "2021-04-01", "2022-04-01", "2024-04-01", "2025-04-01", "2026-04-01"]


def quarantined_rate():
    """One that nobody has released, as long as there are any."""
    once("rates", fetched_rates)
    while True:
        items = admin("GET", "/api/v1/quarantined-rates", params={"released": "false", "limit": 1}).json()["items"]
        if items or not _wrong_days:
            break
        fetched_rates(_wrong_days.pop())
    items = items or admin("GET", "/api/v1/quarantined-rates", params={"limit": 1}).json()["items"]
    return items[0]["id"]


def rate_day():
    """A day that has rates, whenever this runs."""
    return once("rates", fetched_rates)["asOf"]


def payment_message():
    """One that the provider has sent about a payment."""
    found, _ = attempted("ok", ("authorised",))

    def read():
        items = admin("GET", "/api/v1/payment-messages", params={"paymentId": found}).json()["items"]
        return items[0]["id"] if items else None

    return until(read, "the message of the provider")


# A day that is over, on which nobody paid.
RECONCILED = {"date": "2026-01-05"}


def reconciliation():
    admin("POST", "/api/v1/payment-reconciliations", json=RECONCILED)

    def read():
        items = admin("GET", "/api/v1/payment-reconciliations", params={"limit": 1}).json()["items"]
        return items[0]["id"] if items else None

    return until(read, "the comparison of a day")


def proof_of_payment_message(operation, body):
    """The header by which a payment provider proves the bytes of its message."""
    if operation == "recordCloudpaymentsNotification":
        mac = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).digest()
        return {"Content-HMAC": base64.b64encode(mac).decode()}
    header, key = {
        "recordSandboxPaymentEvent": ("Sandbox-Signature", os.environ["PORTICO_SANDBOX_PAYMENTS_KEY"]),
        "recordStripeEvent": ("Stripe-Signature", "whsec_" + WEBHOOK_SECRET),
    }[operation]
    now = str(int(time.time()))
    mac = hmac.new(key.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {header: f"t={now},v1={mac}"}


def product_import():
    """An import of one line that is no product."""
    headers = {"Content-Type": "application/x-ndjson"}
    return admin("POST", "/api/v1/product-imports", data=b"{}", headers=headers).json()["id"]


IDS = {
    "paymentId": payment_id,
    # The path names the payment first.
    "attemptId": lambda _: _attempts[0],
    "chargeId": lambda operation: charge() if operation == "completeSandboxCharge" else once("charge", charge),
    "productImportId": lambda _: once("product_import", product_import),
    "paymentMessageId": lambda _: once("payment_message", payment_message),
    "reconciliationId": lambda _: once("reconciliation", reconciliation),
    "flagKey": lambda operation: flag() if operation == "deleteFlag" else once("flag", flag),
    "base": lambda _: "EUR",
    "quote": lambda _: "USD",
    # What is archived takes nothing more.
    "teamId": lambda operation: (once("team_to_change", team) if operation == "updateTeam" else team_of_all())["id"],
    "memberId": lambda operation: placeholder() if operation == "deleteTeamMember" else pair()[1],
    "invitationId": lambda operation: invitation() if operation == "deleteTeamInvitation" else once("invitation", invitation),
    "conversionId": lambda _: conversion_id(),
    "recurringId": lambda operation: recurring_id() if operation == "deleteRecurringExpense" else once("recurring", recurring_id),
    "commentId": lambda _: comment_id(),
    "settlementId": lambda operation: settlement_id() if operation in ("confirmSettlement", "voidSettlement") else once("settlement", settlement_id),
    "expenseId": lambda operation: {
        "deleteExpense": expense_id,
        "restoreExpense": deleted_expense_id,
    }.get(operation, lambda: once("expense", expense_id))(),
    "roundId": lambda operation: open_round() if operation == "playRound" else once("round", open_round),
    "rewardId": lambda _: once("reward", reward),
    "redemptionId": lambda operation: redemption() if operation == "refundRedemption" else once("redemption", redemption),
    "stockLocationId": lambda _: once("stock_location", stock_location),
    "productTypeId": lambda operation: product_type() if operation == "updateProductType" else once("product_type", product_type),
    "categoryId": lambda operation: category() if operation in ("updateCategory", "deleteCategory") else once("category", category),
    "productSlug": product_slug,
    "productId": lambda operation: once("product", product) if operation == "getProduct" else product(),
    "variantId": lambda operation: once("variant", variant) if operation == "getVariant" else variant(),
    "orderId": order_id,
    "couponId": lambda operation: (coupon() if operation == "updateCoupon" else once("coupon", coupon))["id"],
    "shippingMethodCode": lambda _: shipping_method(),
    "currency": lambda _: "EUR",
    "identityId": lambda _: social_identity(),
    "exportId": lambda _: once("data_export", data_export),
    "clientId": client_id,
    # The path names the client first.
    "secretId": secret_id,
    "notificationCampaignId": lambda operation: notification_campaign() if operation in ("pauseNotificationCampaign", "resumeNotificationCampaign", "cancelNotificationCampaign") else once("notification_campaign", notification_campaign),
    "trackingId": tracking_id,
    "campaignId": lambda _: once("campaign", campaign),
    "importId": lambda operation: {
        "cancelBonusImport": lambda: once("cancelled_import", cancelled_import),
        "resumeBonusImport": cancelled_import,
    }.get(operation, lambda: once("finished_import", finished_import))(),
    "sessionId": lambda _: log_in(ADMIN)["sessionId"],
    "userId": lambda operation: someone() if operation in ("updateUserRoles", "updateUserLock", "deleteUserSessions", "deleteUser") else once("someone", someone),
    "rateId": lambda operation: quarantined_rate(),
    "sourceName": lambda _: "branches",
    "messageId": lambda operation: dead_message() if operation == "redriveMessage" else once("message", message),
    "unsubscribeToken": unsubscribe_token,
    "templateId": template_id,
    "versionId": version_id,
    # Any key has the form of one of ours; a report about none waits for its message.
    "messageReference": lambda _: "01939c2e-8d20-7c11-9e4f-6c2a1b0d8e55",
    "groupId": lambda _: once("finished_import", finished_import),
    "suppressionId": lambda operation: suppression() if operation == "deleteSuppression" else once("suppression", suppression),
    "sandboxMessageId": lambda _: once("sandbox_message", sandbox_message),
    "deadLetterId": lambda operation: dead_letter() if operation == "redriveDeadLetter" else once("dead_letter", dead_letter),
}


# What vendors prove themselves by, all of them alike.
WEBHOOK_SECRET = os.environ["PORTICO_WEBHOOK_SECRET"]


def signature_of_twilio(path, form):
    """Over the address Portico would give Twilio and every field, by name."""
    text = os.environ.get("PORTICO_PUBLIC_URL", URL) + path + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(WEBHOOK_SECRET.encode(), text.encode(), hashlib.sha1).digest()).decode()


def ids_for(operation, path_parameters):
    """Existing ids in place of well-formed made-up ones. An id this file does not know is an error: add it to IDS."""
    ids = {
        name: IDS[name](operation)
        for name, value in path_parameters.items()
        if UUID.fullmatch(str(value)) or name in SIGNED
    }
    if "webhookToken" in path_parameters:
        ids["webhookToken"] = WEBHOOK_SECRET
    return ids


# Ids that are no UUIDs: made-up ones were never signed, or configured, or are no currency.
SIGNED = {"chargeId", "flagKey", "shippingMethodCode", "currency", "base", "quote", "productSlug", "trackingId", "unsubscribeToken", "sourceName"}


def ids_for_misled(operation, path_parameters):
    """Existing ids where a link led to a null, or a Location such as /users/phone was taken for /users/{userId}."""
    return {name: IDS[name](operation) for name, value in path_parameters.items() if name in IDS and not UUID.fullmatch(str(value))}


# Where the tag of an operation is read, when not at its own path or right above it.
TAGS = {"updateProfile": "/api/v1/auth/me"}


def tag_for(operation, path):
    for candidate in (TAGS.get(operation, path), path.rsplit("/", 1)[0], path.rsplit("/", 2)[0]):
        response = call("GET", candidate, token=admin_token(), status=range(600))
        if "ETag" in response.headers:
            return response.headers["ETag"]
    raise RuntimeError(f"no tag found for {path}: say in TAGS where it is read")


def service_token():
    """For one call by another process of the installation (src/http/service-token.ts)."""
    now = int(time.time())
    claims = {"iss": "portico", "aud": "portico-internal", "sub": "contract-tests", "iat": now, "exp": now + 60}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    key = base64.b64decode(os.environ["PORTICO_SERVICE_KEY"])
    signature = base64.urlsafe_b64encode(hmac.new(key, signed, hashlib.sha256).digest()).rstrip(b"=")
    return (signed + b"." + signature).decode()


def is_cursor(value):
    return isinstance(value, str) and CURSOR.fullmatch(value) is not None


# Proofs: what only somebody who received a message, or who knows a password, can send


def _reset_by_email():
    person = person_with_email()
    call("POST", "/api/v1/auth/forgot-password", json={"email": person["email"]})
    return person["email"]


def _code(purpose):
    """For a demo person: a number that has just received a message, such as a sign-up's, must pause for a minute."""
    make_vendors_well()
    phone = f"+98912{next(_demo_people):07}"
    call("POST", "/api/v1/auth/otp/request", json={"phone": phone, "purpose": purpose})
    return {"phone": phone, "code": code_sent_to(phone)}


def _verification():
    make_vendors_well()
    phone, user_id = registration_by_phone()
    return {"userId": user_id, "phone": phone, "code": code_sent_to(phone)}


def _phone_change():
    make_vendors_well()
    phone = new_phone()
    admin("POST", "/api/v1/users/phone/code", json={"phone": phone})
    return {"phone": phone, "code": code_sent_to(phone)}


def _half_login():
    person = person_with_email()
    code = recovery_code(person, log_in(person)["token"])
    return {"challenge": log_in(person)["challenge"], "code": code}


def _social_registration():
    make_vendors_well()
    challenge, phone = social_challenge(), new_phone()
    call("POST", "/api/v1/auth/social/code", json={"challenge": challenge, "phone": phone})
    return {"challenge": challenge, "phone": phone, "code": code_sent_to(phone)}


# The one address that the tested Portico lets people come back to (portico-process.ts).
SANDBOX = {"provider": "sandbox", "redirectUri": "https://app.example/social-login"}

# What the body of an operation must hold for the person whose token `own_session` has just given.
_own_proof = {}

PROOFS = {
    "createTeamInvitation": lambda: {"memberId": pair()[1]},
    "createExpense": expense,
    "updateExpense": expense,
    "recordSettlement": settlement,
    "recordConversion": conversion,
    "createRecurringExpense": lambda: {**recurring(), "endsOn": "2999-12-31"},
    "updateRecurringExpense": lambda: {**recurring(), "endsOn": "2999-12-31"},
    "updateTeamBudgets": lambda: {"budgets": [{"currency": "EUR", "amount": "10.00", "thresholds": [80]}]},
    "importExpenses": lambda: {"format": "splitwise", "csv": CSV},
    "claimTeamInvitation": foreign_invitation,
    # Choices stay what they are: those of another game are refused by name.
    "playRound": lambda: dict(_round),
    "createRedemption": _purchase,
    "createFlag": lambda: {**FLAG, "key": f"contract-f{next(_numbers)}"},
    "updateFlag": lambda: FLAG,
    "recordFlagExposure": lambda: {"flag": once("flag", flag)},
    "requestPaymentReconciliation": lambda: RECONCILED,
    "recordStripeEvent": lambda: {"data": {"object": {"id": "pi_1", "object": "payment_intent"}}},
    "startPaymentAttempt": lambda: {"methodToken": "sandbox-ok"},
    "capturePayment": lambda: {"amount": PRICE, "releaseRest": True},
    "refundPayment": lambda: {"amount": {**PRICE, "amount": 1}},
    "updateCart": lambda: {"lines": [{"variantId": once("article", article), "quantity": 1 + next(_numbers) % 9}]},
    "placeOrder": _placement,
    "updateOrder": _order_change,
    "recordShipment": lambda: {"lines": _units, "carrier": "DHL", "trackingCode": None},
    "recordReturn": lambda: {"lines": _units},
    "updateTaxRates": lambda: {"rates": []},
    "updateShippingMethod": lambda: {"prices": SHIPPING["prices"]},
    "createCoupon": _coupon,
    "updateCoupon": lambda: {"validFrom": None, "validUntil": None},
    "createStockLocation": lambda: {"code": f"place-{next(_numbers)}"},
    "recordStockAdjustment": lambda: {**once("stock", _stock), "delta": 1},
    "recordStockTransfer": _transfer,
    "createProductType": lambda: {"code": f"kind-{next(_numbers)}", "attributes": []},
    "updateProductType": lambda: {"attributes": []},
    "createCategory": lambda: {"slug": f"category-{next(_numbers)}", "parentId": None},
    "updateCategory": lambda: {"slug": f"category-{next(_numbers)}", "parentId": None},
    "createProduct": lambda: {
        **PRODUCT,
        "slug": f"product-{next(_numbers)}",
        "productTypeId": once("product_type", product_type),
        "translations": [{"locale": "en", "name": "Product", "description": ""}],
    },
    "updateProduct": lambda: {
        **PRODUCT,
        "slug": f"product-{next(_numbers)}",
        "translations": [{"locale": "en", "name": "Product", "description": ""}],
    },
    "createVariant": _variant,
    "updateVariant": _variant,
    "verifyEmail": lambda: {"token": (make_vendors_well(), token_mailed_to(registration_by_email()))[1]},
    "verifyPhone": _verification,
    "createTemplateVersion": lambda: TEMPLATE_SOURCE,
    "updateTemplateVersion": lambda: {**TEMPLATE_SOURCE, "contents": [{"locale": "en", "text": f"Hello {next(_numbers)}."}]},
    "getTemplatePreview": lambda: {"variables": []},
    "sendNotification": lambda: {
        "templateKey": once("news", lambda: published("sms", "news", {"text": "News."})),
        "recipient": {"kind": "phone", "phone": new_phone()},
        "variables": [],
    },
    "publishMessageTemplate": lambda: {"versionId": _drafts[0]} if _drafts else {},
    "createNotificationCampaign": campaign_plan,
    "createSession": lambda: once("person_with_email", person_with_email),
    "createPhoneSession": lambda: once("person_with_phone", person_with_phone),
    "createCodeSession": lambda: _code("login"),
    "startSocialLogin": lambda: SANDBOX,
    "startSocialLink": lambda: SANDBOX,
    "completeSocialLogin": lambda: social_start(f"somebody-{next(_numbers)}"),
    "requestSocialCode": lambda: {"challenge": social_challenge(), "phone": new_phone()},
    "completeSocialRegistration": _social_registration,
    "createSocialIdentity": social_link,
    "createClientToken": _client_token,
    "completeSession": _half_login,
    "completeSecondFactor": lambda: _own_proof,
    "renewRecoveryCodes": lambda: _own_proof,
    "deleteSecondFactor": lambda: _own_proof,
    "renewSession": lambda: {"refreshToken": log_in(ADMIN)["refreshToken"]},
    "completePasswordReset": lambda: {"token": secret_after_reset(_reset_by_email())},
    "completePhonePasswordReset": lambda: _code("reset"),
    "completePhoneChange": _phone_change,
}


def secret_after_reset(email):
    """The mail of the sign-up also holds a token: wait for the one about the password."""

    def read():
        items = admin("GET", "/api/v1/sandbox/messages", params={"address": email, "limit": 1}).json()["items"]
        about_it = items and "password" in items[0]["subject"]
        return re.search(r"(?m)^[A-Za-z0-9_-]{43}$", items[0]["text"]).group(0) if about_it else None

    return until(read, f"the reset mail to {email}")


def proof_for(operation, body):
    """The fields of a body that no generator can guess."""
    make = PROOFS.get(operation)
    proof = make() if make else {}
    for name, value in body.items():
        better = BETTER.get(name, lambda value: value)(value) if isinstance(value, str) else value
        if name not in proof and better != value:
            proof[name] = better
    if isinstance(body.get("smsTemplate"), dict):
        proof["smsTemplate"] = once("sms_template", sms_template)
    return proof


def _address(value):
    """An address may be sent only so many messages, and be suppressed only once: a used one becomes a new one."""
    if re.fullmatch(r"sara@example\.com|0@0\.com|.*@contract\.example", value):
        return new_email()
    return new_phone() if re.fullmatch(r"\+98\d{10}", value) else value


def _password(value):
    """A row of noughts is a known password; one that nobody knows has the same length."""
    return (secrets.token_hex(len(value)))[: len(value)] if set(value) == {"0"} else value


# What a schema can't say about a valid value: fields by name, the same in every operation.
BETTER = {
    "email": _address,
    "phone": _address,
    "address": _address,
    "password": _password,
    "newPassword": _password,
    "key": lambda _: f"contract.k{next(_numbers)}",
    "timeZone": lambda _: "Asia/Tehran",
    "claimUntil": lambda value: re.sub(r"^\d{4}", "2999", value),
}


def own_session(operation):
    """A token for an operation that changes how its caller logs in, with the password it belongs to; None for all others."""
    prove = OWN.get(operation)
    if prove is None:
        return None
    person = person_with_email()
    own = log_in(person)["token"]
    _own_proof.clear()
    _own_proof.update(prove(person, own))
    return own, person["password"]


OWN = {
    "deleteCurrentSession": lambda person, own: {},
    "updatePassword": lambda person, own: {},
    "createAccountDeletion": lambda person, own: {},
    # Somebody else's code is younger than a minute otherwise.
    "requestDeletionCode": lambda person, own: {},
    "startSecondFactor": lambda person, own: {},
    "completeSecondFactor": lambda person, own: {"code": app_code(started_factor(person, own))},
    "renewRecoveryCodes": lambda person, own: {"code": recovery_code(person, own)},
    "deleteSecondFactor": lambda person, own: {"code": recovery_code(person, own)},
}
