"""The operator's window at /operator/: Django's admin, read-only, for staff who typed their password a moment ago."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from accounts.decorators import redirect_to_sign_in
from accounts.models import Person
from accounts.reauthentication import did_recently_authenticate
from web.redirects import return_url


class OperatorSite(AdminSite):
    """An admin site without a sign-in, a log or actions of its own.

    A person who is not staff gets 404 everywhere. Staff without a fresh password are asked for it, and come back.
    """

    site_title = "Fanfare operators"
    site_header = "Fanfare for operators"
    index_title = "Read what support needs"
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """True for staff with a fresh password."""
        person = request.user
        return (
            isinstance(person, Person) and person.is_active and person.is_staff and did_recently_authenticate(request)
        )

    def admin_view[View: Callable[..., Any]](self, view: View, cacheable: bool = False) -> View:
        """Wrap a view so that it answers staff with a fresh password alone. Its answer is never cached."""

        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not isinstance(request.user, Person):
                return redirect_to_sign_in(request)
            if not request.user.is_staff:
                raise Http404
            if not self.has_permission(request):
                return redirect(f"{resolve_url('account_reauthenticate')}?{urlencode({'next': return_url(request)})}")
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return cast(View, csrf_protect(never_cache(wrapper)))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The index, one page for each app, and what each model's admin has: no sign-in, sign-out or password page."""
        admins = self._registry.values()
        labels = "|".join(sorted({model_admin.opts.app_label for model_admin in admins}))
        models: list[URLPattern | URLResolver] = [
            path(f"{model_admin.opts.app_label}/{model_admin.opts.model_name}/", include(model_admin.get_urls()))
            for model_admin in admins
        ]
        return [
            path("", self.admin_view(self.index), name="index"),
            *models,
            re_path(rf"^(?P<app_label>{labels})/$", self.admin_view(self.app_index), name="app_list"),
        ]

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The lists of one app, under its name: nobody administers anything here."""
        title = apps.get_app_config(app_label).verbose_name
        return super().app_index(request, app_label, {"title": title, **(extra_context or {})})

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Nothing: what operators do is in the audit."""
        return LogEntry.objects.none()


site = OperatorSite()
