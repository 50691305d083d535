"""How large the code is, how its modules import each other, and where it leans on upstream's private parts."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import grimp

from benchmarks.figures import Figures

PROJECT = Path(__file__).resolve().parents[2]
SITE = ("config", "home", "blog", "portfolio", "forms", "search")
NOT_PRODUCTION = ("tests", "benchmarks")


def measure_size() -> Figures:
    """Return lines and files of production Python: tracked, without tests, benchmarks and migrations."""
    files = [
        path for path in _tracked_python() if path.parts[0] not in NOT_PRODUCTION and "migrations" not in path.parts
    ]
    return {
        "site_lines": sum(_count_lines(path) for path in files if path.parts[0] in SITE),
        "production_lines": sum(map(_count_lines, files)),
        "production_files": len(files),
    }


def measure_imports() -> Figures:
    """Return the number of import cycles, of the modules in them, and of imports against the layers."""
    settings = _read_settings("importlinter")
    graph = grimp.build_graph(*settings["root_packages"], cache_dir=None)
    cycles = find_cycles(graph)
    return {
        "import_cycles": len(cycles),
        "modules_in_cycles": sum(map(len, cycles)),
        "backward_imports": sum(map(len, find_backward_imports(graph, settings))),
    }


def find_cycles(graph: grimp.ImportGraph) -> list[frozenset[str]]:
    """Return the groups of modules that all import each other, directly or through others of the group."""
    groups = {
        frozenset({module, *(graph.find_downstream_modules(module) & graph.find_upstream_modules(module))})
        for module in graph.modules
    }
    return sorted((group for group in groups if len(group) > 1), key=sorted)


def find_backward_imports(graph: grimp.ImportGraph, settings: dict[str, Any]) -> list[set[tuple[str, str]]]:
    """Return, for each layers contract, the imports from a lower layer into a higher one: importer and imported."""
    found = []
    for contract in settings["contracts"]:
        if contract["type"] == "layers":
            layers = [set(layer.replace(" ", "").split("|")) for layer in contract["layers"]]
            for container in contract.get("containers", [""]):
                found.append(_find_backward(graph, layers, f"{container}." if container else ""))
    return found


def _find_backward(graph: grimp.ImportGraph, layers: list[set[str]], prefix: str) -> set[tuple[str, str]]:
    def height(module: str) -> int | None:
        name = module.removeprefix(prefix).partition(".")[0]
        return next((number for number, layer in enumerate(layers) if name in layer), None)

    inside = [module for module in graph.modules if module.startswith(prefix)]
    pairs = ((module, other) for module in inside for other in graph.find_modules_directly_imported_by(module))
    return {
        (module, other)
        for module, other in pairs
        if other.startswith(prefix)
        and (own := height(module)) is not None
        and (its := height(other)) is not None
        and its < own
    }


def draw_packages() -> str:
    """Return the packages of the project and the parts of the engine as a Mermaid flowchart.

    An arrow means 'imports'. Arrows that follow from others are left out (transitive reduction).
    """
    graph = grimp.build_graph(*_read_settings("importlinter")["root_packages"], cache_dir=None)
    arrows = {
        (_package(module), _package(other))
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
        if _package(module) != _package(other)
    }
    lines = [f"    {importer} --> {imported}" for importer, imported in sorted(_reduce(arrows))]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def _package(module: str) -> str:
    return ".".join(module.split(".")[: 2 if module.startswith("galley.") else 1])


def _reduce(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    def reaches(start: str, end: str, seen: set[str]) -> bool:
        return any(
            to == end or reaches(to, end, seen | {to}) for source, to in arrows if source == start and to not in seen
        )

    return {
        (start, end)
        for start, end in arrows
        if not any(reaches(to, end, {start, to}) for source, to in arrows if source == start and to != end)
    }


def measure_seams() -> Figures:
    """Return how many monkey patches `docs/upstream.md` lists, and how many seams there have no test."""
    rows = read_seams()
    return {
        "monkey_patches": sum(row["kind"] == "monkey patch" for row in rows),
        "silent_seams": sum("`tests/" not in row["test"] for row in rows),
    }


def read_seams() -> list[dict[str, str]]:
    """Return the rows of the table of seams in `docs/upstream.md`: seam, kind, reason, upstream, test, way back."""
    document = PROJECT / "docs" / "upstream.md"
    lines = document.read_text().splitlines() if document.exists() else []
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")]
    if not rows:
        return []
    names = [name.lower() for name in rows[0]]
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


def _tracked_python() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=PROJECT, check=True, capture_output=True, text=True)
    return [Path(line) for line in listed.stdout.splitlines()]


def _count_lines(path: Path) -> int:
    return len((PROJECT / path).read_text().splitlines())


def _read_settings(tool: str) -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"][tool]
    return settings
