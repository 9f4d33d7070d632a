"""Rules of the architecture that no linter checks."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import AppConfig, apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from config import BASE_DIR

PACKAGES = sorted(path.parent for root in (BASE_DIR, BASE_DIR / "platform") for path in root.glob("*/__init__.py"))
APP_PATHS = {path.name: path for path in PACKAGES if path.name != "tests"}


def layers() -> dict[str, int]:
    """Each app's layer in .importlinter, 0 for the top. Apps in brackets do not exist yet."""
    file = configparser.ConfigParser()
    file.read(BASE_DIR / ".importlinter")
    lines = file["importlinter:contract:layers"]["layers"].split("\n")
    layers = [re.findall(r"\w+", line) for line in lines if line.strip()]
    return {app: number for number, names in enumerate(layers) for app in names}


def app_of(app: AppConfig) -> str | None:
    return app.label if Path(app.path) == APP_PATHS.get(app.label) else None


def may_depend_on(above: str, below: str) -> bool:
    order = layers()
    return above == below or order[above] < order[below]


def relations() -> Iterator[tuple[str, str, str]]:
    """Every relation between two of our apps: the field, its app and the app it points to."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            target = getattr(field, "related_model", None)
            points = isinstance(field, (models.ForeignKey, models.ManyToManyField, models.ForeignObject))
            if not points or not isinstance(target, type):
                continue
            here, there = app_of(model._meta.app_config), app_of(target._meta.app_config)
            if here and there:
                yield f"{model._meta.label}.{field.name}", here, there


def source_files() -> list[Path]:
    return [
        path
        for app in APP_PATHS.values()
        for path in app.rglob("*.py")
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    ]


def test_platform_is_a_folder_not_a_package() -> None:
    assert list((BASE_DIR / "platform").glob("*.py")) == []


def test_every_folder_in_platform_is_a_package() -> None:
    folders = {path.name for path in (BASE_DIR / "platform").iterdir() if path.is_dir() and path.name != "__pycache__"}

    assert folders - APP_PATHS.keys() == set()


def test_every_app_has_a_layer() -> None:
    file = configparser.ConfigParser()
    file.read(BASE_DIR / ".importlinter")
    checked = file["importlinter"]["root_packages"].split()

    assert (sorted(APP_PATHS), sorted(APP_PATHS.keys() - layers().keys())) == (sorted(checked), [])


def test_no_relation_points_to_a_higher_layer() -> None:
    all_relations = list(relations())

    assert [field for field, here, there in all_relations if not may_depend_on(here, there)] == []
    assert len(all_relations) > 10


def test_only_a_higher_layer_may_depend_on_a_lower_one() -> None:
    assert [may_depend_on(*pair) for pair in [("artists", "fans"), ("fans", "artists"), ("events", "events")]] == [
        True,
        False,
        True,
    ]


def test_no_migration_depends_on_a_higher_layer() -> None:
    loader = MigrationLoader(None)
    edges = [
        (key[0], parent[0], f"{'.'.join(key)} on {'.'.join(parent)}")
        for key, migration in loader.disk_migrations.items()
        for parent in migration.dependencies
        if key[0] in APP_PATHS and parent[0] in APP_PATHS
    ]

    assert [edge for here, there, edge in edges if not may_depend_on(here, there)] == []
    assert edges


def test_no_file_is_longer_than_300_lines() -> None:
    assert [str(path) for path in source_files() if len(path.read_text().splitlines()) > 300] == []


LONG_FUNCTIONS = {
    "sound/kernels.py: limit": "one loop, which is compiled",
    "billing/authorisations.py: start": "its arguments and what it raises take half of it",
    "royalties/statement_lines.py: _read_line": "one line for each column",
}


def test_no_function_is_longer_than_30_lines() -> None:
    found = {
        f"{path.parent.name}/{path.name}: {node.name}"
        for path in source_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 30
    }

    assert found == set(LONG_FUNCTIONS)


def test_every_module_has_a_docstring() -> None:
    """Except empty modules, apps.py and urls.py."""
    undocumented = [
        str(path.relative_to(BASE_DIR))
        for path in source_files()
        if (text := path.read_text()).strip() and path.name not in {"apps.py", "urls.py"} and not text.startswith('"""')
    ]

    assert undocumented == []
