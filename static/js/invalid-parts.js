/** Names the fields that autosave has left out as not valid, below the form. Each is a link that opens its field. */

import { openField } from "../publishing/open-field.js";

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
