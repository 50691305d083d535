// Adds a copy button to each code listing. Without HTTPS, browsers refuse access to the clipboard, so there is none.
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
  // Screen readers announce only a change: the same text twice would be announced once.
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = status.dataset.copied));
  const label = button.textContent;
  target.textContent = status.dataset.copied;
  setTimeout(() => (target.textContent = label), 2000);
}

if (navigator.clipboard) {
  addButtons();
  // The live preview replaces listings.
  new MutationObserver(addButtons).observe(document.querySelector(".body"), { childList: true, subtree: true });
  document.addEventListener("click", copy);
}
