"""Opens pictures in a process of its own with limits, and writes them without metadata. `processes` is its face."""
