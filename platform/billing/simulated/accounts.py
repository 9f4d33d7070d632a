"""Accounts of payees: onboarding, what is still required, and the money they hold."""

from billing.simulated.exceptions import Refused
from billing.simulated.lists import paginate
from billing.simulated.objects import Object, list_of
from billing.simulated.parameters import Parameters, choice, merge_metadata, required
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation

URL = "/v1/accounts"
REQUIRED = ["external_account", "individual.verification.document", "tos_acceptance.date", "tos_acceptance.ip"]
LINK_SECONDS = 300
CURRENCIES = {"US": "usd", "GB": "gbp", "JP": "jpy", "CH": "chf", "SE": "sek", "KW": "kwd"}


@route("POST", URL, "type country email capabilities controller metadata business_type business_profile")
def create_account(sim: Simulation, params: Parameters) -> Object:
    """Make an Express account. It can receive transfers once its owner has filled in everything."""
    country = params.get("country", "DE")
    asked = [name for name, given in (params.get("capabilities") or {}).items() if given.get("requested") == "true"]
    account = sim.create(
        "account",
        country=country,
        default_currency=CURRENCIES.get(country, "eur"),
        email=params.get("email"),
        business_type=params.get("business_type"),
        type="none" if params.get("controller") else choice(params, "type", "express", "express"),
        capabilities=dict.fromkeys(asked, "inactive"),
        metadata=merge_metadata({}, params),
        charges_enabled=False,
        payouts_enabled=False,
        details_submitted=False,
        created=sim.now(),
    )
    account["external_accounts"] = list_of([], f"{URL}/{account['id']}/external_accounts")
    require(account, REQUIRED, "requirements.past_due")
    sim.save(account)
    return account


def require(account: Object, fields: list[str], reason: str | None) -> None:
    """Set what the owner has still to fill in."""
    account["requirements"] = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(fields),
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": list(fields),
        "past_due": list(fields),
        "pending_verification": [],
    }


def set_requirements(sim: Simulation, account_id: str, fields: list[str]) -> Object:
    """Let an account need these fields. With none it is complete: transfers and payouts are on, otherwise off."""
    account = sim.find("account", account_id)
    complete = not fields
    require(account, fields, None if complete else "requirements.past_due")
    for name in account["capabilities"]:
        account["capabilities"][name] = "active" if complete else "inactive"
    account |= {"details_submitted": True, "charges_enabled": complete, "payouts_enabled": complete}
    sim.emit("account.updated", account, account=account["id"])
    return account


def holdings(sim: Simulation, account_id: str) -> Object:
    """What an account holds, by currency."""
    return sim.store.get("_holdings", account_id) or {}


def add_money(sim: Simulation, account_id: str, currency: str, amount: int) -> None:
    held = holdings(sim, account_id)
    sim.store.put("_holdings", account_id, {**held, currency: held.get(currency, 0) + amount})


def take_money(sim: Simulation, account_id: str, currency: str, amount: int) -> None:
    """Take money back from a payee. Refuses what the account has already paid out."""
    if holdings(sim, account_id).get(currency, 0) < amount:
        message = "The connected account has insufficient funds to cover this reversal."
        raise Refused(message, code="balance_insufficient")
    add_money(sim, account_id, currency, -amount)


def pay_out(sim: Simulation, account_id: str) -> None:
    """Let a payee's account pay out all it holds to its bank."""
    sim.find("account", account_id)
    sim.store.put("_holdings", account_id, {})


@route("GET", URL + "/{account}")
def retrieve_account(sim: Simulation, params: Parameters) -> Object:
    return sim.find("account", params["account"])


@route("POST", URL + "/{account}", "metadata email business_profile capabilities")
def update_account(sim: Simulation, params: Parameters) -> Object:
    account = sim.find("account", params["account"])
    account["metadata"] = merge_metadata(account["metadata"], params)
    account["email"] = params.get("email", account["email"])
    sim.emit("account.updated", account, account=account["id"])
    return account


@route("DELETE", URL + "/{account}")
def delete_account(sim: Simulation, params: Parameters) -> Object:
    account = sim.find("account", params["account"])
    if any(holdings(sim, account["id"]).values()):
        raise Refused("An account that holds money cannot be deleted.")
    sim.store.remove("account", account["id"])
    return {"id": account["id"], "object": "account", "deleted": True}


@route("GET", URL, LISTED)
def list_accounts(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "account", URL, params)


@route("POST", "/v1/account_links", "account type return_url refresh_url collection_options")
def create_account_link(sim: Simulation, params: Parameters) -> Object:
    """Make the address of the onboarding page, which works for a few minutes."""
    account = sim.find("account", required(params, "account"), "account")
    choice(params, "type", "account_onboarding account_update")
    token = f"{sim.next_number():06d}{sim.random.getrandbits(64):016x}"
    until = sim.now() + LINK_SECONDS
    kept = {name: required(params, name) for name in ("return_url", "refresh_url")}
    sim.store.put("_account_link", token, {"account": account["id"], "until": until, **kept})
    url = f"{sim.base_url}/pay/onboarding/{token}"
    return {"object": "account_link", "created": sim.now(), "expires_at": until, "url": url}
