"""The measures of the code's structure, on graphs that are small enough to check by hand."""

import grimp

from benchmarks.house.structure import find_backward_imports, find_cycles, measure_size


def graph_of(*imports: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def test_modules_that_import_each_other_through_others_are_one_cycle() -> None:
    graph = graph_of(("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "y"), ("y", "x"))
    assert find_cycles(graph) == [frozenset("abc"), frozenset("xy")]


def test_imports_against_the_layers_are_found() -> None:
    contract = {"type": "layers", "layers": ["config", "blog | forms", "galley"]}
    graph = graph_of(("config", "blog.models"), ("galley.cache", "forms.views"), ("blog.models", "forms.views"))
    assert find_backward_imports(graph, {"contracts": [contract]}) == [{("galley.cache", "forms.views")}]


def test_layers_of_a_container_are_looked_at_inside_it() -> None:
    contract = {"type": "layers", "layers": ["views", "models"], "containers": ["blog"]}
    graph = graph_of(("blog.models", "blog.views"), ("forms.models", "forms.views"))
    assert find_backward_imports(graph, {"contracts": [contract]}) == [{("blog.models", "blog.views")}]


def test_the_size_counts_the_site_as_part_of_the_whole() -> None:
    figures = measure_size()
    assert 0 < figures["site_lines"] < figures["production_lines"]
    assert figures["production_files"] > 0
