/**
 * A click on a link must not lead away from a draft: the page behind it opens in a tab of its own. Where a click edits
 * (`pick.js`), that needs Ctrl or ⌘, as for any link. Forms aren't sent.
 */
export function stayOnPage() {
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      if (!link || event.defaultPrevented || link.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      event.stopPropagation();
      window.open(link.href, "_blank", "noopener");
    },
    { capture: true },
  );
  document.addEventListener("submit", (event) => event.preventDefault(), { capture: true });
}
