// Moves the focus after a listing was changed in place: to the first of the entries that were added below, or, if the
// focused link is gone, to the line that says what is listed.
const entries = () => document.querySelectorAll("#listing :is(.entry, .work)");
let shownBefore = 0;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  shownBefore = event.target.matches(".pagination") ? entries().length : 0;
});

document.body.addEventListener("htmx:afterSettle", () => {
  const firstAdded = shownBefore && entries()[shownBefore]?.querySelector("a");
  shownBefore = 0;
  if (firstAdded) firstAdded.focus({ preventScroll: true });
  else if (document.activeElement === document.body) {
    document.getElementById("listing-status")?.focus({ preventScroll: true });
  }
});
