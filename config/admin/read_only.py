"""The base of everything in the operator's window: lists and objects to read, with personal fields hidden."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import label_for_field, quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.models import Person
from config import views
from config.admin.reveals import FindForm, RevealForm, TooManyReveals, record_reveal
from web.decorators import SAFE_METHODS, post_only
from web.times import write_exact_time

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic for the type checker alone
else:
    ModelAdmin = admin.ModelAdmin

MAX_SHOWN_BYTES = 10_000  # of a binary field


class ListRequest(HttpRequest):
    operator_filters: dict[str, Any]
    """What the list is narrowed to, by field."""


class NewestRows(ChangeList):
    """The newest rows by primary key. They are not counted, and there is no second page."""

    def get_results(self, request: HttpRequest) -> None:
        model_admin = cast(ReadOnlyAdmin, self.model_admin)
        rows = self.queryset.filter(**cast(ListRequest, request).operator_filters)[: model_admin.max_rows]
        self.result_list = list(rows)
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = self.multi_page = False


class ReadOnlyAdmin(ModelAdmin):
    """Shows a model and changes nothing. Every field of the model stands in one of `shown`, `hidden` and `secret`."""

    shown: Sequence[str] = ()
    """Fields and methods that an object's page shows."""
    hidden: Sequence[str] = ()
    """Personal text: shown by POST with a reason, after an audit entry."""
    secret: Sequence[str] = ()
    """Never shown: passwords, salts and digests."""
    filters: Sequence[str] = ()
    """Indexed fields by which a list may be narrowed, for example ?person=<id>."""
    related: Sequence[tuple[str, str, str]] = ()
    """Lists that an object's page links to: a label, `<app>_<model>`, and the filter that takes the object's id."""
    max_rows = 50
    """Of a list. 0 where a primary key says nothing of what is new: such an object is found by its id."""
    find_by = "Id"

    actions = None
    ordering = ("-pk",)
    sortable_by = ()

    # What may be done: nothing.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Lists and objects, and the addresses of Django's admin that change something: each of them answers 403."""
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("add/", view(self.refuse), name=f"{name}_add"),
            path("find/", view(post_only(self.find_view)), name=f"{name}_find"),
            path("<path:object_id>/delete/", view(self.refuse), name=f"{name}_delete"),
            path("<path:object_id>/reveal/", view(post_only(self.reveal_view)), name=f"{name}_reveal"),
            path("<path:object_id>/change/", view(self.change_view), name=f"{name}_change"),
        ]

    def refuse(self, request: HttpRequest, object_id: str = "") -> HttpResponse:
        raise PermissionDenied("Operators read; they change nothing here.")

    # Lists.

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Without the hidden and secret columns: what is not shown is not even read."""
        return super().get_queryset(request).defer(*self.hidden, *self.secret)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestRows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The newest rows. Django's own parameters (search, sort, filter, page, popup) are dropped unread.

        They could ask what a hidden field begins with, or sort a big table.
        """
        if request.method not in SAFE_METHODS:
            return self.refuse(request)
        filters = cast(ListRequest, request).operator_filters = self._parse_filters(request)
        request.GET = QueryDict()
        context = {"find_form": FindForm(), "find_by": self.find_by, "filters": filters}
        return super().changelist_view(request, {**context, "max_rows": self.max_rows, "title": self._plural_name()})

    def _parse_filters(self, request: HttpRequest) -> dict[str, Any]:
        try:
            return {name: self._parse_value(name, request.GET[name]) for name in self.filters if name in request.GET}
        except ValidationError as error:
            raise Http404 from error

    def _parse_value(self, name: str, value: str) -> Any:
        if "\0" in value:
            raise ValidationError("No text of ours holds a NUL.")
        field = cast("models.Field[Any, Any]", self.opts.get_field(name))
        return field.to_python(value)

    def _plural_name(self) -> str:
        return str(self.opts.verbose_name_plural).capitalize()

    # One object.

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Open the object that was asked for. A form sends it, so that no address of a person is logged in a URL."""
        form = FindForm(request.POST)
        try:
            found = self.find(request, form.cleaned_data["key"]) if form.is_valid() else None
        except TooManyReveals:
            return _too_many_reveals(request)
        if found is None:
            messages.warning(request, "Nothing with this name was found.")
            return redirect(self._url("changelist"))
        return redirect(self._url("change", found))

    def find(self, request: HttpRequest, key: str) -> models.Model | None:
        return self.get_object(request, key)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one object, with its hidden fields named only."""
        if request.method not in SAFE_METHODS:
            return self.refuse(request)
        return self._render_object(request, self._get_object_or_404(request, object_id), RevealForm())

    def reveal_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show one object with its hidden fields, once that is committed to the audit."""
        found, form = self._get_object_or_404(request, object_id), RevealForm(request.POST)
        if not self.hidden:
            return self.refuse(request)
        if not form.is_valid():
            return self._render_object(request, found, form, status=422)
        try:
            record_reveal(self.opts.label_lower, self.subject(found), self.hidden, form, by=cast(Person, request.user))
        except TooManyReveals:
            return _too_many_reveals(request)
        found.refresh_from_db(fields=self.hidden)
        return self._render_object(request, found, form, revealed=True)

    def subject(self, found: models.Model) -> str:
        """What the audit calls an object: kind:<id>."""
        return f"{str(self.opts.verbose_name).replace(' ', '_')}:{found.pk}"

    def _get_object_or_404(self, request: HttpRequest, object_id: str) -> models.Model:
        found: models.Model | None = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        return found

    def _render_object(
        self, request: HttpRequest, found: models.Model, form: RevealForm, *, revealed: bool = False, status: int = 200
    ) -> HttpResponse:
        parts = [(None, self.shown), *([("Revealed", self.hidden)] if revealed else [])]
        fieldsets = [(title, {"fields": [self._displayed(name) for name in names]}) for title, names in parts]
        fields = [field for _, options in fieldsets for field in options["fields"]]
        model_form = forms.modelform_factory(self.model, fields=())(instance=found)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{str(self.opts.verbose_name).capitalize()} {found.pk}",
            "opts": self.opts,
            "adminform": helpers.AdminForm(model_form, fieldsets, {}, fields, model_admin=self),
            "hidden": [] if revealed else [label_for_field(name, self.model, self) for name in self.hidden],
            "form": form,
            "reveal_url": self._url("reveal", found),
            "related": self._related_urls(found),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/change_form.html", context, status=status)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._displayed(name) for name in self.list_display]

    def _displayed(self, name: Any) -> Any:
        """A field's name, or a function that shows it, where Django would not show what is stored."""
        field = next((field for field in self.opts.concrete_fields if field.name == name), None)
        kind = getattr(field, "output_field", field)  # of a generated field
        if field is None or not (field.choices or isinstance(kind, models.BinaryField | models.DateTimeField)):
            return name

        @admin.display(description=field.verbose_name, empty_value=self.get_empty_value_display())
        def show(found: models.Model) -> str:
            return _as_stored(getattr(found, name)) or str(self.get_empty_value_display())

        show.__name__ = name
        return show

    def _related_urls(self, found: models.Model) -> list[tuple[str, str]]:
        lists = [*self.related, ("Audit entries", "audit_entry", "subject")]
        keys = {"subject": self.subject(found), "actor": self.subject(found)}
        return [
            (label, reverse(f"admin:{model}_changelist", query={name: str(keys.get(name, found.pk))}))
            for label, model, name in lists
        ]

    def _url(self, view: str, found: models.Model | None = None) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}"
        return reverse(name, args=[quote(found.pk)] if found else [])


def _as_stored(value: Any) -> str:
    """A key instead of its label, bytes as text (the first 10,000), a time to the second."""
    if isinstance(value, bytes | memoryview):
        return bytes(value[:MAX_SHOWN_BYTES]).decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return write_exact_time(value)
    return "" if value is None else str(value)


def _too_many_reveals(request: HttpRequest) -> HttpResponse:
    return views.error_page(request, 429, "Too many reveals", "Nothing was shown. Wait an hour, then try again.")
