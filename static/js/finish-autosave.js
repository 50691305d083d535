/* Makes autosave and the form agree.

   Uses properties that Wagtail doesn't document: `submitPromise` of its controller `w-autosave`, `formData` and
   `initialFormData` of `w-unsaved`. */

const controllerOf = (form, name) => window.wagtail?.app?.getControllerForElementAndIdentifier(form, name);

/* What has changed while an autosave was under way is unsaved. Wagtail takes the form as it is when the answer comes for
   what was saved: without another change, the last words would stay unsaved, and leaving the page wouldn't ask. */

let sent = null;

document.addEventListener("w-autosave:save", ({ target }) => {
  sent = controllerOf(target, "w-unsaved")?.formData;
});

document.addEventListener("w-autosave:success", ({ target, detail }) => {
  const unsaved = controllerOf(target, "w-unsaved");
  if (!unsaved || typeof sent !== "string") return;
  const saved = new URLSearchParams(sent);
  for (const [name, value] of Object.entries(detail.data?.field_updates ?? {})) if (saved.has(name)) saved.set(name, value);
  unsaved.initialFormData = saved.toString();
});

/* A page is saved or published only after a running autosave has ended, and no other begins meanwhile. Wagtail would send
   both at once. For a new page, both would then create it, and the second request would fail because the slug is taken. For
   a saved page, the autosave would be refused as out of date, or leave a revision of its own. */

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target.closest("form[data-edit-form]");
    const autosave = form && controllerOf(form, "w-autosave");
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
