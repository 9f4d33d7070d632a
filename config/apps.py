from django.apps import AppConfig

from config import checks


class HouseConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        checks.register_all()
