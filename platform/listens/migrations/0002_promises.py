"""Register our own APIs as sources, which authenticate the fan. A source keeps its URI and its topic for ever."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.operations import append_only

SOURCE_URIS = ["/doors/listenbrainz", "/doors/player", "/doors/listening"]


def create_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    source = apps.get_model("listens", "Source")
    source.objects.bulk_create(source(uri=uri) for uri in SOURCE_URIS)


def delete_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("listens", "Source").objects.filter(uri__in=SOURCE_URIS).delete()


class Migration(migrations.Migration):
    dependencies = [("listens", "0001_initial"), ("audit", "0002_promises")]
    operations = [migrations.RunPython(create_sources, delete_sources), append_only("listens_source")]
