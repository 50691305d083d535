// After an exchange in place, whoever used a link that is gone finds the focus on the line that says what is listed now.
document.body.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) {
    document.getElementById("listing-status")?.focus({ preventScroll: true });
  }
});
