"""The marks of experiences: how each was made, in words for its fan and for others."""

from django.db import models


class Mark(models.TextChoices):
    """How an experience was made. `artists.marks` derives it from what happened."""

    WRITTEN = "written", "Written by {name}"
    RECORDED = "recorded", "Recorded by {name}"
    FILLED = "filled", "{name}’s words, filled in for you"
    EDITED = "edited", "AI draft, edited and approved by {name}"
    APPROVED = "approved", "AI-made, approved by {name}"
    REMIXED = "remixed", "Remixed by you, approved by {name}"
    BOUNDS = "bounds", "AI-made within bounds {name} signed"

    def text(self, name: str) -> str:
        """What the fan reads. `name` is the artist's name, or "<name>'s team"."""
        return self.label.format(name=name)

    def text_for_others(self, name: str, maker: str = "") -> str:
        """What everybody else reads. They learn nothing of the fan but the name that the fan chose to show."""
        return f"Remixed by {maker or 'a fan'}, approved by {name}" if self == Mark.REMIXED else self.text(name)


BY_HAND_MARKS = (Mark.WRITTEN, Mark.RECORDED)
"""A person made it for this one fan. Pages call it "from their own hand"."""
NO_MODEL_MARKS = (*BY_HAND_MARKS, Mark.FILLED, Mark.REMIXED)
"""No model made anything of it; rules filled in facts, or rendered what a fan chose. "Hide AI messages" shows these."""
