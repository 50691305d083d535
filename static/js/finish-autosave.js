/* A page is saved or published only when an autosave that is under way has ended. Wagtail sends both at once otherwise:
   a new page is then made twice, and the second time fails because its address is taken. */

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target.closest("form[data-edit-form]");
    const autosave = form && window.wagtail?.app?.getControllerForElementAndIdentifier(form, "w-autosave");
    if (!autosave?.submitPromise) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    autosave.activeValue = false;
    await autosave.submitPromise;
    submitAs(form, submitter);
  },
  { capture: true },
);

/* The button may be disabled by now, and wouldn't say what it was pressed for. */
function submitAs(form, button) {
  const pressed = document.createElement("input");
  Object.assign(pressed, { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
  form.append(pressed);
  form.requestSubmit();
  pressed.remove();
}
