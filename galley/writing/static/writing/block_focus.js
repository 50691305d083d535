/* Where the keyboard goes on after a block is added or moved.

   A block that is added unfolds, often below the window: it comes into view with its cursor. Wagtail puts no cursor into one
   that begins with a chooser: the first of the chooser's buttons is hidden while nothing is chosen.

   A block or a row that is moved by its buttons keeps the focus on the one that was pressed, so that the keyboard can press
   it again. Wagtail takes the element out and puts it back, and the browser forgets where the focus was. */

const CHOOSE = ".unchosen button, .several-buttons button";
const MOVES = "[data-streamfield-action^=MOVE_], [data-inline-panel-child-move-up], [data-inline-panel-child-move-down]";

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

function keepFocus(pressed) {
  // At the end of the list, the other way is left.
  const buttons = [pressed, ...pressed.parentElement.querySelectorAll(`:scope > :is(${MOVES})`)];
  const next = buttons.find((button) => !button.disabled && button.checkVisibility());
  next?.focus({ preventScroll: true });
  // Rows of an inline panel slide to their place.
  jQuery(":animated").promise().done(() => next?.scrollIntoView({ block: "nearest" }));
}

// Wagtail moves the block when the event comes to the button, and lets it go no further.
document.addEventListener("click", ({ target }) => {
  const pressed = target.closest?.(MOVES);
  if (pressed) setTimeout(keepFocus, 0, pressed);
}, { capture: true });
