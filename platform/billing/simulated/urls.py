from django.urls import path

from billing.simulated.views.checkout import checkout_page, invoice_page
from billing.simulated.views.onboarding import onboarding_page
from billing.simulated.views.panel import panel_page
from billing.simulated.views.portal import portal_page

urlpatterns = [
    path("", panel_page),
    path("pay/checkout/<str:session>", checkout_page),
    path("pay/invoices/<str:invoice>", invoice_page),
    path("pay/portal/<str:session>", portal_page),
    path("pay/onboarding/<str:token>", onboarding_page),
]
