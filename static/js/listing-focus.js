// Where the focus goes after an exchange in place: what was added below begins with it; whoever used a link that is gone
// finds it on the line that says what is listed now.
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
