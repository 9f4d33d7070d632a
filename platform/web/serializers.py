"""A serializer base class for the API."""

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields, so that a misspelt name is not taken for a success."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        writable = [name for name, field in self.fields.items() if not field.read_only]
        unknown = sorted(set(self.initial_data) - set(writable))
        if unknown:
            known = ", ".join(writable)
            raise serializers.ValidationError(dict.fromkeys(unknown, f"Cannot be set here. What can: {known}."))
        return attrs
