"""How fast pages are: `python -m benchmarks.pages --json FILE`."""
