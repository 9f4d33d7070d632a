from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class LiveConfig(AppConfig):
    name = "live"

    def ready(self) -> None:
        from live import endings  # its models are there only now

        user_logged_out.connect(endings.tell, dispatch_uid="live.endings")
