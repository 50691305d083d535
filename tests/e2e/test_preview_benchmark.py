"""The benchmark of the live preview sees a change when it is painted, and not before."""

from urllib.parse import quote

from playwright.async_api import Browser

from benchmarks.preview.desk import PROBE
from benchmarks.preview.keyboard import Typing
from benchmarks.preview.wire import Wire

LATE = 100  # milliseconds
PAGE = f"""
<input>
<p>The proof says «<b></b>», and no more.</p>
<script>
  const [input, proof] = document.querySelectorAll("input, b");
  input.addEventListener("input", () => {{
    const text = input.value;
    setTimeout(() => proof.textContent = text, {LATE});
  }});
</script>
"""


async def test_a_screen_that_is_late_is_measured_as_late(browser: Browser) -> None:
    page = await browser.new_page()
    await page.add_init_script(path=PROBE)
    await page.goto(f"data:text/html;charset=utf-8,{quote(PAGE)}")
    await page.evaluate("probe.watch('«»')")
    await page.get_by_role("textbox").click()
    typing = Typing(page, page, Wire())
    await typing.warm_up()
    delays = await typing.type_singly("ab", pause=0) + await typing.type_on("cd", pause=0.01)
    assert len(delays) == 4
    assert min(delays) >= LATE
    assert typing.out_of_order == 0
