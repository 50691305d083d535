"""A site in small, with the commands that `galley` calls. It answers with the name of its release."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

RELEASE = "first"
# Without work, nothing would be under way when a process is stopped.
WORK_SECONDS = 0.05


async def site(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer after some work; while it starts, after none."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(WORK_SECONDS)
    status = 500 if RELEASE == "broken" and scope["path"] == "/" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": RELEASE.encode()})


def main(command: str, *arguments: str) -> None:
    """Do what the command of that name does, and write down that it was called."""
    with (Path(os.environ["GALLEY_VAR_DIR"]) / "commands").open("a") as commands:
        commands.write(f"{RELEASE} {command} {' '.join(arguments)}\n")
    fails = Path(os.environ["GALLEY_VAR_DIR"]) / "fails"
    if fails.exists() and fails.read_text() == " ".join([command, *arguments]):
        sys.exit(1)
    if command == "serve":
        import uvicorn

        uvicorn.run(site, port=int(arguments[1]), lifespan="off", log_level="warning", timeout_graceful_shutdown=5)
    if command == "worker":
        sys.stdin.close()
        asyncio.run(asyncio.sleep(3600))


if __name__ == "__main__":
    main(*sys.argv[1:])
