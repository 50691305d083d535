/* Makes autosave and the form agree.

   Uses properties that Wagtail doesn't document: `submitPromise` of its controller `w-autosave`, `formData` and
   `initialFormData` of `w-unsaved`. */

const controllerOf = (form, name) => window.wagtail?.app?.getControllerForElementAndIdentifier(form, name);

/* What the server doesn't have yet is unsaved. Wagtail takes for saved what is in the form two seconds after it was
   opened, and again when an autosave has ended. What was typed until then would stay unsaved until the next change, and
   nothing would ask before the page is left. */

let saved, sent; // the form as `w-unsaved` reads it

const readForm = () => controllerOf(document.querySelector("form[data-edit-form]"), "w-unsaved")?.formData;

// Before the first change. Until then, Wagtail's widgets bring their values into shape.
for (const type of ["beforeinput", "drop", "keydown", "pointerdown"]) {
  document.addEventListener(type, () => { saved ??= readForm(); }, { capture: true });
}

document.addEventListener("w-autosave:save", () => { sent = readForm(); });

document.addEventListener(
  "w-autosave:success",
  ({ detail }) => {
    const fields = new URLSearchParams(sent);
    const updates = Object.entries(detail.data.field_updates ?? {}).filter(([name]) => fields.has(name));
    for (const [name, value] of updates) fields.set(name, value);
    saved = fields.toString();
  },
  { capture: true },
);

document.addEventListener("w-unsaved:watch-edits", ({ target }) => {
  if (saved !== undefined) controllerOf(target, "w-unsaved").initialFormData = saved;
});

/* A page is saved or published only after a running autosave has ended, and no other begins meanwhile. Wagtail would
   send both at once. For a new page, both would then create it, and the second request would fail because the slug is
   taken. For a saved page, the autosave would be refused as out of date, or leave a revision of its own. */

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
