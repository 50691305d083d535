// A button beside each piece of code that copies it. Where the browser lets nobody copy (without HTTPS) there is none.
const button = document.querySelector("[data-copy-code]").content.firstElementChild;
const status = document.querySelector("[data-copied]");

function addButtons() {
  for (const listing of document.querySelectorAll(".listing-figure:not(:has(> .copy))")) {
    listing.append(button.cloneNode(true));
  }
}

async function copy({ target }) {
  if (!target.matches(".copy")) return;
  await navigator.clipboard.writeText(target.parentElement.querySelector("pre").textContent.replace(/\n$/, ""));
  // Emptied first: the same words twice would be said only once.
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = status.dataset.copied));
  const label = button.textContent;
  target.textContent = status.dataset.copied;
  setTimeout(() => (target.textContent = label), 2000);
}

if (navigator.clipboard) {
  addButtons();
  // A preview exchanges the code that the buttons stand beside.
  new MutationObserver(addButtons).observe(document.querySelector(".body"), { childList: true, subtree: true });
  document.addEventListener("click", copy);
}
