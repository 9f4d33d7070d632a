"""What is sold, who ordered it, and in which currency a fan pays."""

from billing.models.checkouts import Checkout, SpendingSettings
from billing.models.tiers import Interval, Tier, TierPrice, TierVersion

__all__ = ["Checkout", "Interval", "SpendingSettings", "Tier", "TierPrice", "TierVersion"]
