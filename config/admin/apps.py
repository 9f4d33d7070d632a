"""Installs Django's admin without its log of changes."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig
from django.db import models


class OperatorAdminConfig(SimpleAdminConfig):
    """Django's admin. It shows what config/admin/*registrations.py register, and nothing else."""

    default_site = "config.admin.site.OperatorSite"

    def ready(self) -> None:
        super().ready()
        import_module("config.admin.registrations")
        import_module("config.admin.payment_registrations")
        import_module("config.admin.payout_registrations")
        import_module("config.admin.remix_registrations")
        import_module("config.admin.tier_registrations")
        self._detach_log_model()

    def _detach_log_model(self) -> None:
        """Keep deletions out of the log's table, which does not exist (MIGRATION_MODULES).

        The model stays, because a template library of Django's imports it. Its foreign keys would make Django look
        for log entries whenever a person is deleted.
        """
        from django.contrib.admin.models import LogEntry  # a model: can only be imported when all apps are loaded

        for foreign_key in (LogEntry.user.field, LogEntry.content_type.field):
            foreign_key.remote_field.on_delete = models.DO_NOTHING
