"""FakeStripe: a payment provider that keeps objects and a clock of its own, answers like Stripe and moves no money.

Nothing of Fanfare's knows it: billing/stripe_client.py talks to it as it talks to Stripe.
"""
