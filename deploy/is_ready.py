"""Asks the site in this container whether it is ready, as the proxy would: for `HEALTHCHECK`."""

import os
import urllib.request

host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
request = urllib.request.Request(
    "http://127.0.0.1:8080/health/ready", headers={"Host": host, "X-Forwarded-Proto": "https"}
)
urllib.request.urlopen(request, timeout=2)  # noqa: S310  (an error ends the program with 1)
