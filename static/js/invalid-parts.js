/** Names the fields that autosave has left out as not valid, below the form. Each is a link that opens its field. */

const FOCUSABLE = "input:not([type=hidden]), textarea, select, button, [contenteditable=true]";
const LONGEST_WAIT = 60; // frames

const template = document.querySelector("#invalid-parts");

// Upstream hides the message after the next autosave, if that leaves nothing out.
window.addEventListener("w-autosave:success", ({ detail }) => {
  const parts = detail.data.invalid_parts ?? [];
  if (!parts.length) return;
  const message = template.content.firstElementChild.cloneNode(true);
  message.querySelector("ul").replaceChildren(...parts.map(toItem));
  const container = document.querySelector(".footer__save-warning");
  container.replaceChildren(message);
  container.parentElement.classList.remove("footer__container--hidden");
});

function toItem({ selector, text }) {
  const item = document.createElement("li");
  const part = selector && document.querySelector(selector);
  if (part) {
    const link = document.createElement("a");
    link.href = `#${part.closest("[id]").id}`;
    link.textContent = text;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      openField(part);
    });
    item.append(link);
  } else item.textContent = text;
  return item;
}

/** Show a part of the form, whichever tab and panels it is in, and put the focus into it. */
async function openField(part) {
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
