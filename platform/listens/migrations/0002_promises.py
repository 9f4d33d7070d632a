"""Register our own doors: the sources that may speak for every fan, since each of them has checked the fan's token."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DOORS = ["/doors/listenbrainz", "/doors/player", "/doors/listening"]


def create_doors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    source = apps.get_model("listens", "Source")
    source.objects.bulk_create(source(uri=uri, speaks_for_everyone=True) for uri in DOORS)


def delete_doors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("listens", "Source").objects.filter(uri__in=DOORS).delete()


class Migration(migrations.Migration):
    dependencies = [("listens", "0001_initial")]
    operations = [migrations.RunPython(create_doors, delete_doors)]
