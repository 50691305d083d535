/* A block or a row that is moved by its buttons keeps the focus on the one that was pressed, so that the keyboard can press
   it again. Wagtail takes the element out and puts it back, and the browser forgets where the focus was. */

const MOVES = "[data-streamfield-action^=MOVE_], [data-inline-panel-child-move-up], [data-inline-panel-child-move-down]";

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
