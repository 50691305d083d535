/** Leads to a field of the page editor. */

const FOCUSABLE = "input:not([type=hidden]), textarea, select, button, [contenteditable=true]";
const LONGEST_WAIT = 60; // frames

/** Show a part of the form, whichever tab and panels it is in, and put the focus into it. */
export async function openField(part) {
  for (let near = part; near; near = near.parentElement) {
    if (!near.hidden) continue;
    const opener = document.querySelector(`[aria-controls="${near.id}"]`) ?? document.getElementById(near.getAttribute("aria-labelledby"));
    opener?.click();
  }
  // The input of a chooser is hidden: its buttons are beside it.
  const scope = part.matches("input[type=hidden]") ? part.closest("[data-field]") : part;
  // A tab opens in a moment.
  for (let frame = 0; frame < LONGEST_WAIT && !scope.checkVisibility({ opacityProperty: true }); frame++) await new Promise(requestAnimationFrame);
  const field = [scope, ...scope.querySelectorAll("*")].find((element) => element.matches(FOCUSABLE) && element.checkVisibility());
  field?.focus({ preventScroll: true });
  scope.scrollIntoView({ block: "center", behavior: "instant" });
}

/** Return the part of the form that the address names, as Wagtail writes it: `#:w:contentpath=body.<block id>`. */
function findNamedPart() {
  const path = new URLSearchParams(location.hash.split(":w:")[1]).get("contentpath");
  const names = path?.split(".").filter(Boolean).map((name) => `[data-contentpath="${CSS.escape(name)}"]`);
  return names?.length ? document.querySelector(names.join(" ")) : null;
}

// Wagtail scrolls there slowly, and leaves the focus where it was.
window.addEventListener("load", () => {
  const part = findNamedPart();
  if (part) openField(part.querySelector("[data-field]") ?? part);
});
