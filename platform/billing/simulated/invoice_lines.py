"""Lines of an invoice, and its sums: discounts and included tax."""

from collections.abc import Sequence
from typing import Any

from billing.simulated.catalogue import discounts_product
from billing.simulated.objects import Object, blank
from billing.simulated.simulation import Simulation

TAX_PERCENT = 19  # included in the price where a subscription's automatic tax is on


def make_line(sim: Simulation, subscription: Object, item: Object, **fields: Any) -> Object:
    """A line for one item of a subscription: its price for its period, unless `amount` and `period` say otherwise."""
    price, quantity = item["price"], item["quantity"]
    amount = fields.pop("amount", price["unit_amount"] * quantity)
    line = blank("line_item") | {"id": sim.new_id("line_item")}  # lines live in their invoice
    line |= {"amount": amount, "subtotal": amount, "quantity": quantity, "currency": subscription["currency"]}
    line |= {"discount_amounts": [], "pretax_credit_amounts": [], "taxes": [], "discountable": True}
    line |= {"subscription": subscription["id"], "metadata": dict(subscription["metadata"])}
    line["description"] = f"{quantity} × {price['id']}"
    line["period"] = {"start": item["current_period_start"], "end": item["current_period_end"]}
    line["pricing"] = {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    details = {"invoice_item": None, "subscription": subscription["id"], "subscription_item": item["id"]}
    details |= {"proration": fields.pop("proration", False), "proration_details": {"credited_items": None}}
    line["parent"] = {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": details,
    }
    return line | fields


def add_up(sim: Simulation, invoice: Object, discounts: Sequence[str], *, with_tax: bool) -> None:
    """Set all sums of an invoice from its lines, after discounts and with included tax."""
    lines = invoice["lines"]["data"]
    for line in lines:
        line["invoice"] = invoice["id"]
    totals: list[Object] = [{"discount": name, "amount": discount_lines(sim, lines, name)} for name in discounts]
    taxes = [add_tax(line) for line in lines] if with_tax else []
    subtotal = sum(line["amount"] for line in lines)
    tax = sum(taxes)
    total = subtotal - sum(part["amount"] for part in totals)
    invoice |= {
        "discounts": list(discounts),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - tax,
        "total": total,
        "total_excluding_tax": total - tax,
        "total_discount_amounts": totals,
        "total_pretax_credit_amounts": [],
        "total_taxes": [tax_part(tax, total - tax)] if with_tax else [],
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0),
    }


def discount_lines(sim: Simulation, lines: list[Object], name: str) -> int:
    """Let a discount lower the lines that are no prorations. Returns by how much."""
    coupon = sim.find("coupon", sim.find("discount", name)["source"]["coupon"])
    left: int | None = coupon["amount_off"]
    given = 0
    for line in lines:
        rest = line["amount"] - sum(part["amount"] for part in line["discount_amounts"])
        product = line["pricing"]["price_details"]["product"]
        proration = line["parent"]["subscription_item_details"]["proration"]
        if proration or rest <= 0 or not discounts_product(coupon, product):
            continue
        if left is None:
            off = min(rest, round_half_up(rest * basis_points(coupon), 10_000))
        else:
            off = min(rest, left)
            left -= off
        line["discount_amounts"] += [{"discount": name, "amount": off}]
        line["discounts"] = [*line["discounts"], name]
        given += off
    return given


def basis_points(coupon: Object) -> int:
    return round(float(coupon["percent_off"]) * 100)


def round_half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def add_tax(line: Object) -> int:
    """Note the tax that a line includes. Returns it."""
    gross = line["amount"] - sum(part["amount"] for part in line["discount_amounts"])
    tax = round_half_up(gross * TAX_PERCENT, 100 + TAX_PERCENT)
    line["taxes"] = [tax_part(tax, gross - tax)]
    return tax


def tax_part(tax: int, taxable: int) -> Object:
    return {
        "amount": tax,
        "tax_behavior": "inclusive",
        "tax_rate_details": None,
        "taxability_reason": "standard_rated",
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }


def make_discount(sim: Simulation, coupon: Object, *, subscription: str, customer: str, end: int | None) -> str:
    """Let a coupon apply to a subscription. Returns the discount's id."""
    discount = sim.create("discount", start=sim.now(), end=end, subscription=subscription, customer=customer)
    discount["source"] = {"type": "coupon", "coupon": coupon["id"]}
    coupon["times_redeemed"] += 1
    sim.save(coupon)
    return str(discount["id"])
