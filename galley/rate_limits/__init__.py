"""How often something may be tried: passwords by account and address, messages by address.

The counts are in the database, so they hold across processes and hosts, and need no cache.
"""

from galley.rate_limits.client_ip import get_client_ip

__all__ = ["get_client_ip"]
