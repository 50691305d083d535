"""What Lighthouse says of the pages: `python -m benchmarks.lighthouse --json FILE`."""
