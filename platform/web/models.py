"""The table of the rate limits."""

from django.db import models


class RateWindow(models.Model):
    """How many requests a key made in its current window (web/rate_limits.py). A crash empties this unlogged table."""

    key = models.BinaryField(primary_key=True, max_length=32, help_text="keyed digest of a token or an IP address")
    expires_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at}"
