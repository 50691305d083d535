"""Commands that measure and print: `uv run python -m benchmarks.NAME`."""
