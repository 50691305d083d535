"""Which files one keystroke passes through: measured on the running site, in Chromium and in the server.

An author types into a Markdown text, and a second tab shows the draft. Chromium's precise coverage names the scripts
that run between a key and the painted change. A profile function in the server names the preview's modules
(`tracing/`). What runs for every one of the keys belongs to a keystroke; what runs now and then, such as a heartbeat,
doesn't. The rendering of the changed block is the block's own and isn't counted.
"""

import asyncio
import json
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page, async_playwright

from benchmarks.preview.__main__ import build_site, find_chromium
from benchmarks.preview.desk import log_in_once, sit_down
from benchmarks.preview.texts import TEXT
from tests.e2e.visiting import CHROMIUM_FLAGS
from tests.running_site import run_site

TRACING = Path(__file__).parent / "tracing"
SCRIPTS = "/static/preview/"
KEYS = "galley proof"
PAUSE = 0.3  # seconds: what follows a key a little later is no part of the next one
PATIENCE = 20.0  # seconds


class ScriptCoverage:
    """The scripts of the preview that have run in one page since they were last asked for."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def start(cls, page: Page) -> "ScriptCoverage":
        """Begin to count the calls of each function in `page`."""
        session = await page.context.new_cdp_session(page)
        await session.send("Profiler.enable")
        await session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
        return cls(session)

    async def take(self) -> set[str]:
        """Return the scripts of which a function was called since the last time."""
        coverage = await self._session.send("Profiler.takePreciseCoverage")
        return {
            urlsplit(script["url"]).path.removeprefix("/static/")
            for script in coverage["result"]
            if urlsplit(script["url"]).path.startswith(SCRIPTS) and "/vendor/" not in script["url"]
            if any(function["ranges"][0]["count"] for function in script["functions"])
        }


async def trace_keystroke() -> list[str]:
    """Return the files that each of a dozen keys passes through, scripts and modules, sorted."""
    with tempfile.TemporaryDirectory(prefix="galley-keystroke-") as folder:
        var_dir, traces = Path(folder) / "var", Path(folder) / "traces"
        var_dir.mkdir()
        traces.mkdir()
        page_id = build_site(var_dir, 1)["markdown"][0]
        with run_site(var_dir, PYTHONPATH=str(TRACING), TRACE_FOLDER=str(traces)) as site:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
                async with sit_down(browser, site.url, await log_in_once(browser, site.url), page_id) as desk:
                    tab = await desk.open_tab()
                    await desk.click_into_markdown(TEXT)
                    typing = await desk.type_for(tab, TEXT)
                    coverage = [await ScriptCoverage.start(page) for page in (desk.page, tab)]
                    scripts, spans = [], []
                    for key in KEYS:
                        await asyncio.sleep(PAUSE)
                        for one in coverage:
                            await one.take()
                        began = time.monotonic()
                        await typing.type_singly(key)
                        spans.append((began, time.monotonic()))
                        scripts.append(set().union(*[await one.take() for one in coverage]))
                await browser.close()
            calls = await _read_trace(traces, site.server_pid)
    modules = [{path for at, path in calls if began <= at <= ended} for began, ended in spans]
    return sorted(set.intersection(*scripts) | set.intersection(*modules))


async def _read_trace(folder: Path, pid: int) -> list[tuple[float, str]]:
    (folder / "wanted").touch()
    async with asyncio.timeout(PATIENCE):
        while not (folder / f"{pid}.json").exists():  # noqa: ASYNC110  (another process writes it)
            await asyncio.sleep(0.05)
    calls: list[tuple[float, str]] = json.loads((folder / f"{pid}.json").read_text())
    return calls
