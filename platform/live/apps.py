from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class LiveConfig(AppConfig):
    name = "live"

    def ready(self) -> None:
        from live import signals  # its models are there only now

        user_logged_out.connect(signals.close_sockets_of_session, dispatch_uid="live.signals")
