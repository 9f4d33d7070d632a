"""Where the sentences of a wording came from: a person wrote them, or a model suggested them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ai.exceptions import InvalidTemplate

COMPOSER = "composer"
"""Who made a text in which no model put a word."""


class How(StrEnum):
    WRITTEN = "written"
    SUGGESTED = "suggested"
    CHANGED = "changed"
    """Suggested, and changed by a person afterwards."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Of one sentence. Without `model` and `day` where a person wrote it."""

    how: How
    model: str = ""
    day: str = ""
    """On which the model answered, as YYYY-MM-DD."""

    @property
    def maker(self) -> str:
        """Who made a text of this sentence: `composer`, or `suggested:<day>:<model>` or `changed:<day>:<model>`."""
        return COMPOSER if self.how is How.WRITTEN else f"{self.how}:{self.day}:{self.model}"

    def to_data(self) -> dict[str, str]:
        return {"how": self.how.value, "model": self.model, "day": self.day}

    @classmethod
    def parse(cls, data: Any) -> "Origin":
        """Raises InvalidTemplate for what `to_data` does not give."""
        if not isinstance(data, Mapping) or data.keys() != {"how", "model", "day"} or data["how"] not in [*How]:
            raise InvalidTemplate("an origin says how, by which model and on which day")
        origin = cls(How(data["how"]), str(data["model"]), str(data["day"]))
        if (origin.how is How.WRITTEN) == bool(origin.model and origin.day):
            raise InvalidTemplate("only what a model suggested names a model and a day")
        return origin


WRITTEN = Origin(How.WRITTEN)


@dataclass(frozen=True, slots=True)
class Origins:
    """Of every sentence of a wording, in its order."""

    templates: tuple[Origin, ...]
    fragments: Mapping[str, tuple[Origin, ...]]

    def to_data(self) -> dict[str, Any]:
        fragments = {name: [origin.to_data() for origin in origins] for name, origins in self.fragments.items()}
        return {"templates": [origin.to_data() for origin in self.templates], "fragments": fragments}

    @classmethod
    def parse(cls, data: Any) -> "Origins":
        """Raises InvalidTemplate."""
        try:
            templates = tuple(Origin.parse(each) for each in data["templates"])
            fragments = {
                name: tuple(Origin.parse(each) for each in each_of) for name, each_of in data["fragments"].items()
            }
        except (AttributeError, KeyError, TypeError):
            raise InvalidTemplate("origins are lists, of the templates and by the name of a fragment") from None
        return cls(templates, fragments)


def parse_maker(maker: str) -> Origin | None:
    """The origin that a maker names, or None where the maker is something else than a suggested sentence."""
    how, _, rest = maker.partition(":")
    day, colon, model = rest.partition(":")
    return Origin(How(how), model, day) if colon and how in (How.SUGGESTED, How.CHANGED) else None
