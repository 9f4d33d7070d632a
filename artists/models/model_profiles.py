"""Profiles of the servers that run language models, with what was found when each was probed."""

from typing import Self

from django.db import models
from django.db.models import ExpressionWrapper, GeneratedField, Q
from django.db.models.functions import Now

from ai.probe import KEPT


class ModelProfileQuerySet(models.QuerySet["ModelProfile"]):
    def current(self) -> Self:
        """Those that nobody ended, by name."""
        return self.filter(ended_at=None).order_by("name")

    def in_use(self) -> "ModelProfile | None":
        """The one that is asked."""
        return self.filter(in_use=True).first()


class ModelProfile(models.Model):
    """Where a model answers, and how it is asked. A row never changes, but it is probed and ends, once each.

    Another address, model or key is another row. So what was made with a profile names exactly what was asked. The key
    itself is in the environment.
    """

    class TokenParameter(models.TextChoices):
        NEW = "max_completion_tokens", "max_completion_tokens (OpenAI, llama.cpp, Ollama, vLLM)"
        OLD = "max_tokens", "max_tokens (older servers)"

    class Structured(models.TextChoices):
        SCHEMA = "json_schema", "by a JSON schema"
        OBJECT = "json_object", "as any JSON object; the schema is told in words"
        WORDS = "none", "in words alone"

    name = models.CharField(max_length=60)
    base_url = models.CharField(max_length=200)
    key_name = models.CharField(max_length=60, blank=True, help_text="the variable that holds the key, LLM_KEY_…")
    model = models.CharField(max_length=90)
    token_parameter = models.CharField(max_length=21, choices=TokenParameter.choices)
    structured = models.CharField(max_length=11, choices=Structured.choices)
    by = models.CharField(max_length=80, help_text="person:<uuid> of the staff")
    saved_at = models.DateTimeField(db_default=Now())
    probed_at = models.DateTimeField(null=True)
    lists_model = models.CharField(max_length=80, blank=True, default="", db_default="")
    keeps_limit = models.CharField(max_length=80, blank=True, default="", db_default="")
    obeys_schema = models.CharField(max_length=80, blank=True, default="", db_default="")
    obeys_bounds = models.CharField(max_length=80, blank=True, default="", db_default="")
    is_usable = GeneratedField(
        expression=ExpressionWrapper(
            Q(keeps_limit=KEPT) & (~Q(structured="json_schema") | Q(obeys_schema=KEPT, obeys_bounds=KEPT)),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="it keeps a limit of tokens, and obeys a schema where it is asked by one",
    )
    in_use = models.BooleanField(default=False, db_default=False)
    ended_at = models.DateTimeField(null=True)

    objects = ModelProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(ended_at=None), name="one_current_profile_a_name"),
            models.UniqueConstraint(fields=["in_use"], condition=Q(in_use=True), name="one_profile_is_in_use"),
            models.CheckConstraint(
                condition=Q(in_use=False) | Q(is_usable=True, ended_at=None), name="only_a_usable_profile_is_in_use"
            ),
            models.CheckConstraint(
                condition=Q(probed_at=None, lists_model="", keeps_limit="", obeys_schema="", obeys_bounds="")
                | Q(probed_at__isnull=False)
                & ~Q(lists_model="")
                & ~Q(keeps_limit="")
                & ~Q(obeys_schema="")
                & ~Q(obeys_bounds=""),
                name="a_profile_is_probed_as_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(key_name="") | Q(key_name__regex=r"^LLM_KEY_[A-Z0-9_]{1,50}$"),
                name="a_profile_names_its_key",
            ),
            models.CheckConstraint(
                condition=Q(base_url__regex=r"^https?://[^\s/@?#]+(/[^\s@?#]*)?$"),
                name="an_address_without_user_and_query",
            ),
            models.CheckConstraint(
                condition=Q(token_parameter__in=["max_completion_tokens", "max_tokens"])
                & Q(structured__in=["json_schema", "json_object", "none"]),
                name="a_server_is_asked_in_a_known_way",
            ),
        ]

    def __str__(self) -> str:
        return f"model:{self.pk}"

    @property
    def verdict(self) -> list[tuple[str, str]]:
        """What was tried, and `yes` or what the server does in its place."""
        return [
            ("Lists this model", self.lists_model),
            ("Keeps a limit of tokens", self.keeps_limit),
            ("Obeys a schema that the prompt contradicts", self.obeys_schema),
            ("Keeps a number within bounds", self.obeys_bounds),
        ]
