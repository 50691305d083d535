"""The size and the structure of the code, measured: `python -m benchmarks.house`."""
