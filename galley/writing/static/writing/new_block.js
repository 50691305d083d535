/* A block that is added unfolds, often below the window: it comes into view with its cursor. Wagtail puts no cursor into one
   that begins with a chooser: the first of the chooser's buttons is hidden while nothing is chosen. */

const CHOOSE = ".unchosen button, .several-buttons button";

function show(block) {
  if (document.activeElement.matches("body, .c-sf-add-button")) block.querySelector(CHOOSE)?.focus();
  if (block.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
}

/** Wait until jQuery has begun to unfold the block, and until it has ended. */
function follow(block) {
  const observer = new ResizeObserver(() => {
    if (!block.offsetHeight) return;
    observer.disconnect();
    jQuery(block).promise().done(() => show(block));
  });
  observer.observe(block);
}

new MutationObserver((records) => {
  const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
  // Wagtail hides what it is going to unfold.
  added.filter((one) => one.matches?.("[data-streamfield-child]") && one.style.display === "none").forEach(follow);
}).observe(document.querySelector("main"), { childList: true, subtree: true });
