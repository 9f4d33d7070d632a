"""Serializer base classes for what clients send to the API."""

from typing import Any

from rest_framework import serializers

JSON_TYPES: dict[type[Any], tuple[type, ...]] = {
    serializers.CharField: (str,),
    serializers.ChoiceField: (str,),
    serializers.BooleanField: (bool,),
    serializers.IntegerField: (int, float),
    serializers.PrimaryKeyRelatedField: (int, float),
}


class IdField(serializers.IntegerField):
    """The id of a row, as it fits into a column."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)


class JSONSerializer(serializers.Serializer[Any]):
    """Refuses a value of another JSON type than the schema says: DRF would take 0 for the text "0"."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            fields = {name: field for name, field in self.fields.items() if name in data}
            errors = {
                name: [field.error_messages.get("invalid", "This has another type in the schema.")]
                for name, field in fields.items()
                if not _has_type(field, data[name])
            }
            if errors:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)


class StrictSerializer(JSONSerializer):
    """Refuses unknown fields too, so that a misspelt name is not taken for a success."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        writable = [name for name, field in self.fields.items() if not field.read_only]
        unknown = sorted(set(self.initial_data) - set(writable))
        if unknown:
            known = ", ".join(writable)
            raise serializers.ValidationError(dict.fromkeys(unknown, f"Cannot be set here. What can: {known}."))
        return attrs


def _has_type(field: Any, value: Any) -> bool:
    """Whether a JSON value has the type of the field. A whole number may be written as 1.0."""
    types = next((types for kind, types in JSON_TYPES.items() if isinstance(field, kind)), None)
    if field.read_only or value is None or types is None:
        return True
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))
