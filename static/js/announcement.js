/** Hides the announcement that this reader has dismissed, until another one is made. No server hears of it. */
{
  const bar = document.querySelector("[data-announcement]");
  const key = bar.dataset.announcement;
  const button = bar.querySelector("button");

  try {
    if (localStorage.getItem("announcement") === key) bar.remove();
  } catch {
    // Storage is switched off: the announcement comes again with the next page.
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    try {
      localStorage.setItem("announcement", key);
    } catch {
      // As above.
    }
    bar.remove();
    document.querySelector(".skip-link").focus();
  });
}
