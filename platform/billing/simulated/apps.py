from django.apps import AppConfig


class SimulatedPaymentsConfig(AppConfig):
    name = "billing.simulated"
    label = "simulated_payments"
