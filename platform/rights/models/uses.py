"""The uses that a party can permit, and what fans keep afterwards."""

from django.db import models


class Use(models.TextChoices):
    """What can be done with an artist's words and songs. Each use is off until it is switched on."""

    PERSONAL_MESSAGE = "personal_message", "Personal messages"
    REMIX = "remix", "Remixes"
    # A remix that one fan made stands on the artist's page, for others to hear.
    SHARE = "share", "Shared remixes"
    PLAYLIST = "playlist", "Playlists"
    DJ = "dj", "DJ sets"
    # An artist's subscription income. It is shared out, and nothing is made under it.
    TIER = "tier", "Subscription income"
    # Known, so that they can be refused by name. A constraint on grants lets nobody permit them.
    VOICE = "voice", "Voice imitations"
    TRAIN = "train", "Training of models"


NEVER_GRANTED = (Use.VOICE, Use.TRAIN)


class AfterEnd(models.TextChoices):
    """What fans keep of what they received, when the yes behind it ends. Messages stay readable."""

    PLAYS_ON = "plays_on", "It plays on"
    STOPS = "stops", "It stops"
