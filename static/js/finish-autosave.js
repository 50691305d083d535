/* Saves or publishes a page only after a running autosave has ended, and lets no other begin meanwhile. Wagtail would send
   both at once. For a new page, both would then create it, and the second request would fail because the slug is taken. For
   a saved page, the autosave would be refused as out of date, or leave a revision of its own.

   Reads a property that Wagtail doesn't document: `submitPromise` of its autosave controller. */

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target.closest("form[data-edit-form]");
    const autosave = form && window.wagtail?.app?.getControllerForElementAndIdentifier(form, "w-autosave");
    if (!autosave?.activeValue) return;
    autosave.activeValue = false;
    if (!autosave.submitPromise) {
      // Another script may have stopped the form: a dialog that asks first.
      setTimeout(() => { autosave.activeValue = event.defaultPrevented; });
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    await autosave.submitPromise;
    submitAs(form, submitter);
  },
  { capture: true },
);

/* The button may be disabled by now, so its name and value are sent in a hidden input. */
function submitAs(form, button) {
  const pressed = document.createElement("input");
  Object.assign(pressed, { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
  form.append(pressed);
  form.requestSubmit();
  pressed.remove();
}
