/** A click in a draft must not lead away from it, nor send a form. */
export function stayOnPage() {
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      event.stopPropagation();
      window.open(link.href, "_blank", "noopener");
    },
    { capture: true },
  );
  document.addEventListener("submit", (event) => event.preventDefault(), { capture: true });
}
