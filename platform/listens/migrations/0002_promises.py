"""Register our own APIs as sources that may send listens for every fan, since they authenticate the fan."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SOURCE_URIS = ["/doors/listenbrainz", "/doors/player", "/doors/listening"]


def create_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    source = apps.get_model("listens", "Source")
    source.objects.bulk_create(source(uri=uri, speaks_for_everyone=True) for uri in SOURCE_URIS)


def delete_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("listens", "Source").objects.filter(uri__in=SOURCE_URIS).delete()


class Migration(migrations.Migration):
    dependencies = [("listens", "0001_initial")]
    operations = [migrations.RunPython(create_sources, delete_sources)]
