"""Background tasks that survive the worker: leases, the worker's heartbeat, and the queue in the admin."""
