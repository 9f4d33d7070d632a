"""All URLs."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import views
from config.admin.site import site
from config.schema_view import SchemaView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("", include("accounts.urls")),
    path("api/v1/schema", SchemaView.as_view(), name="api-schema"),
    path("", include("listens.urls")),
    path("", include("artists.urls")),
    path("", include("fans.urls")),
    path("", include("trust.urls")),
    path("", include("live.urls")),
    path("", include("catalog.urls")),
    path("", include("billing.urls")),
]

if settings.OPERATOR_WINDOW:
    urlpatterns.append(path("operator/", site.urls))

if settings.DEBUG:
    from config.demo import mailbox_page, sign_in_links  # not even imported where no such link may work

    urlpatterns.append(path("demo/mail/<str:key>", mailbox_page.mailbox, name="demo-mailbox"))
    urlpatterns.append(path("demo/<str:key>", sign_in_links.sign_in, name="demo-link"))

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
