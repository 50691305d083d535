// Loads the player of another site when a visitor asks for it. Before that, no request leaves for that site. Without
// this script, the picture is a link to the page of the video.
function prepare() {
  for (const link of document.querySelectorAll("[data-embed] > a.embed__poster")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: link.className });
    button.append(...link.childNodes);
    link.parentElement.querySelector(".embed__privacy")?.removeAttribute("hidden");
    link.replaceWith(button);
  }
}

function load({ target }) {
  const button = target.closest?.("button.embed__poster");
  if (!button) return;
  const { embed, title } = button.parentElement.dataset;
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.allowFullscreen = true;
  // YouTube plays nothing for a page that doesn't say of which site it is.
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.src = embed;
  button.replaceWith(frame);
  frame.focus();
}

prepare();
// The live preview replaces blocks.
new MutationObserver(prepare).observe(document.querySelector(".body"), { childList: true, subtree: true });
document.addEventListener("click", load);
