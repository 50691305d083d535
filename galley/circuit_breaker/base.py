"""Django's backend for PostgreSQL behind a circuit breaker: `ENGINE = "galley.circuit_breaker"`.

While the server is away, each request waits for a connection until its time is over, and those that come to the same
thread wait for it. Here the first of them wait, and the others fail at once.
"""

from typing import Any

from django.db.backends.postgresql import base

from galley.circuit_breaker import CircuitBreaker

# The time between two attempts, in seconds. So long are visitors refused at most after the server is back.
breaker = CircuitBreaker(0.5)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection of the pool. Raises OperationalError, at once if none was there a moment ago."""
        if not self.pool:
            return super().get_new_connection(conn_params)
        if not breaker.allows_call():
            raise self.Database.OperationalError("PostgreSQL didn't answer a moment ago.")
        try:
            connection = super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            breaker.trip()
            raise
        breaker.reset()
        return connection
