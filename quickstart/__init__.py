"""The commands that run Galley: `up` for the first start, `worker` for tasks, and the sample site."""
