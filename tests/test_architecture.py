"""The house: imports point down, neighbours meet at the door, heavy libraries have one door each."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "reviewmine"
MODULES = sorted(SOURCE.rglob("*.py"))

FLOORS = {
    "cli": 8,
    "workflow": 7,
    "report": 6,
    "results": 6,
    "serve": 6,
    "insights": 5,
    "tracking": 5,
    "pyfunc": 5,
    "engines": 5,
    "discover": 4,
    "classify": 4,
    "labels": 3,
    "embed": 2,
    "taxonomy": 2,
    "corpus": 1,
    "router": 1,
    "language": 0,
    "settings": 0,
    "errors": 0,
    "intervals": 0,
    "files": 0,
    "terminal": 0,
}

# library to the only modules that may import it
DOORS = {
    "mlflow": {"tracking.store", "pyfunc"},
    "bertopic": {"discover.topics"},
    "sentence_transformers": {"embed.sentence"},
    "spacy": {"corpus.pipeline", "taxonomy.patterns"},
    "pymorphy3": {"language.lemmas"},
    "navec": {"embed.navec", "corpus.names"},
    "slovnet": {"corpus.names"},
    "natasha": {"embed.navec", "corpus.names"},
    "jinja2": {"report.page"},
    "typer": {"cli.app", "cli.data", "cli.labels", "cli.models", "cli.options", "cli.pages", "cli.taxonomy"},
    "fastapi": {"serve.app"},
    "uvicorn": {"serve.listen", "serve.protocol"},
    "prometheus_client": {"serve.metrics"},
    "pyspark": {"engines.spark"},
    "openpyxl": {"labels.workbook"},
    "anywidget": {"labels.widget"},
    "traitlets": {"labels.widget"},
    "cryptography": {"router.signature"},
    "torch": set(),
}
ROUTER_NEEDS = {"numpy", "safetensors"}


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports_of(path: Path) -> list[tuple[str, bool]]:
    """Return every imported module with whether it is imported at the top of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            found.append((node.module, id(node) in top))
            found += [(f"{node.module}.{alias.name}", id(node) in top) for alias in node.names]
    return found


def ours(module: str) -> str:
    """Return the path of one of our modules inside the package; '' for others, for names and for the package itself."""
    inner = module.removeprefix("reviewmine.")
    if inner == module:
        return ""
    path = SOURCE.joinpath(*inner.split("."))
    return inner if path.is_dir() or path.with_suffix(".py").is_file() else ""


def test_every_part_of_the_house_has_a_floor():
    parts = {name_of(path).split(".")[0] for path in MODULES} - {""}
    assert parts == set(FLOORS)


def test_the_map_in_the_readme_names_every_part():
    rows = [
        line
        for line in (SOURCE.parents[1] / "README.md").read_text(encoding="utf-8").splitlines()
        if line[:3] in {f"| {n}" for n in range(9)}
    ]
    for part, floor in FLOORS.items():
        shown = f"`{part}.py`" if (SOURCE / f"{part}.py").is_file() else f"`{part}/`"
        assert [row for row in rows if shown in row and row.startswith(f"| {floor} |")], f"{shown} on floor {floor}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path):
    importer = name_of(path)
    if not importer:
        return  # the front door resolves its names on first use
    part = importer.split(".")[0]
    for module, _ in imports_of(path):
        target = ours(module)
        other = target.split(".")[0]
        if not target or other == part:
            continue
        assert FLOORS[other] <= FLOORS[part], f"{importer} imports {target}, a floor above"
        if FLOORS[other] == FLOORS[part] and FLOORS[part] > 0:
            assert target == other, f"{importer} imports {target}: ask a neighbour at its door, reviewmine.{other}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_have_one_door(path):
    for module, top in imports_of(path):
        library = module.split(".")[0]
        if library in DOORS:
            assert name_of(path) in DOORS[library], f"{name_of(path)} imports {library}"
            assert not top or library == "typer" or name_of(path) in {"pyfunc", "corpus.pipeline", "serve.protocol"}, (
                f"{name_of(path)}: import {library} where it is needed"
            )


def test_the_router_needs_numpy_and_safetensors_only():
    below = ("normalize", "markup", "negation")
    paths = [*(SOURCE / "router").glob("*.py"), *(SOURCE / f"language/{name}.py" for name in below)]
    paths.append(SOURCE / "errors.py")
    for path in paths:
        for module, _ in imports_of(path):
            library, target = module.split(".")[0], ours(module)
            if library == "reviewmine":
                allowed = ("router", *(f"language.{name}" for name in below), "errors")
                assert not target or target.startswith(allowed), f"{path.name} imports {module}"
            else:
                optional = {"cryptography"} if path.name == "signature.py" else set()  # asked for a key only
                assert library in ROUTER_NEEDS | optional | sys.stdlib_module_names, f"{path.name} imports {module}"


def test_only_the_workflow_and_the_command_line_know_the_order():
    stages = {"corpus", "discover", "classify", "insights", "report", "tracking"}
    for path in MODULES:
        known = {ours(module).split(".")[0] for module, _ in imports_of(path)} & stages
        assert len(known) < 4 or name_of(path).split(".")[0] in {"workflow", ""}, (
            f"{name_of(path)} knows {sorted(known)}"
        )


def test_files_and_functions_are_small():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 340, f"{path.name} has {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = node.end_lineno - node.lineno + 1
                assert length <= 60, f"{path.name}: {node.name} has {length} lines"


def test_nothing_near_an_artifact_can_run_code():
    for path in MODULES:
        for module, _ in imports_of(path):
            assert module.split(".")[0] not in {"pickle", "dill", "cloudpickle", "marshal", "shelve"}, path
        text = path.read_text(encoding="utf-8")
        assert "yaml.load(" not in text
        assert "allow_pickle" not in text


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("import reviewmine", {"numpy", "pandas", "typer", "pydantic", "sklearn"}),
        ("import reviewmine.cli", {"numpy", "pandas", "pydantic", "sklearn", "yaml"}),
        ("import reviewmine.router", {"pandas", "pydantic", "sklearn", "scipy", "yaml", "typer"}),
    ],
)
def test_light_imports_stay_light(statement, refused):
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}} & {refused!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_public_api_is_a_dozen_names():
    import reviewmine

    assert len(reviewmine.__all__) <= 12
    # a package of the same name would hide the function once it is imported
    assert [name for name in reviewmine.__all__ if not callable(getattr(reviewmine, name))] == []
    assert [name for name in reviewmine.__all__ if (SOURCE / name).exists() or (SOURCE / f"{name}.py").exists()] == []
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = reviewmine.nothing
