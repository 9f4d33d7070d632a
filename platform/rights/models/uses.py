"""The uses that a rightsholder can grant."""

from django.db import models


class Use(models.TextChoices):
    """The uses that a rightsholder can grant. Each is off until it is switched on."""

    PERSONAL_MESSAGE = "personal_message", "Personal messages"
