"""Two more doors of our own: the player, and the page where fans take listens back."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DOORS = ["/doors/player", "/doors/listening"]


def open_doors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for uri in DOORS:
        apps.get_model("listens", "Source").objects.get_or_create(uri=uri, defaults={"speaks_for_everyone": True})


def close_doors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("listens", "Source").objects.filter(uri__in=DOORS).delete()


class Migration(migrations.Migration):
    dependencies = [("listens", "0004_take_back_and_pause")]
    operations = [migrations.RunPython(open_doors, close_doors)]
