/* Makes autosave and the form agree.

   Uses properties that Wagtail doesn't document: `submitPromise` of its controller `w-autosave`, `formData` and
   `initialFormData` of `w-unsaved`, `deactivate` of `w-progress`. */

import { ensureSession, readToken, tellFailure, texts } from "./sign-in-again.js";
import { findUnsavedDeletions, readTexts, undoDeletions } from "./unsaved/fields.js";

const controllerOf = (form, name) => window.wagtail?.app?.getControllerForElementAndIdentifier(form, name);

/* What the server doesn't have yet is unsaved. Wagtail takes for saved what is in the form two seconds after it was
   opened, and again when an autosave has ended. What was typed until then would stay unsaved until the next change, and
   nothing would ask before the page is left. */

let saved, sent, answered; // the form as `w-unsaved` reads it

const readForm = () => controllerOf(document.querySelector("form[data-edit-form]"), "w-unsaved")?.formData;

// Before the first change. Until then, Wagtail's widgets bring their values into shape.
for (const type of ["beforeinput", "drop", "keydown", "pointerdown"]) {
  document.addEventListener(type, () => { saved ??= readForm(); }, { capture: true });
}

/* A block that is deleted before its words are saved is saved first, so that they are in the page's history. Unless the
   server refuses the form with it: it may be one too many. */

let isRefused = false;

window.addEventListener(
  "w-autosave:save",
  ({ detail: { formData } }) => {
    const fields = new URLSearchParams(readForm());
    const deletions = isRefused ? [] : findUnsavedDeletions([...fields], [...new URLSearchParams(saved)]);
    for (const [name, value] of undoDeletions([...fields], deletions)) {
      fields.set(name, value);
      formData.set(name, value);
    }
    sent = fields.toString();
  },
  { capture: true },
);

document.addEventListener("w-autosave:error", ({ detail }) => { isRefused = detail.type === "validation_error"; });

document.addEventListener(
  "w-autosave:success",
  ({ detail }) => {
    isRefused = false;
    const fields = new URLSearchParams(sent);
    const updates = Object.entries(detail.data.field_updates ?? {}).filter(([name]) => fields.has(name));
    for (const [name, value] of updates) fields.set(name, value);
    answered = fields.toString();
    // What the server has left out as not valid is unsaved.
    if (detail.data.invalid_parts) fields.set("invalid_parts", "");
    saved = fields.toString();
  },
  { capture: true },
);

// Autosave would send it again and again.
window.addEventListener(
  "w-unsaved:add",
  (event) => { if (answered !== saved && readForm() === answered) event.stopImmediatePropagation(); },
  { capture: true },
);

document.addEventListener("w-unsaved:watch-edits", ({ target }) => {
  if (saved !== undefined) controllerOf(target, "w-unsaved").initialFormData = saved;
});

/* A page is saved or published only after a running autosave has ended, and no other begins meanwhile. Wagtail would
   send both at once. For a new page, both would then create it, and the second request would fail because the slug is
   taken. For a saved page, the autosave would be refused as out of date, or leave a revision of its own.

   The form leaves the page only if its author is signed in. Otherwise, the sign-in would take the place of the text. */

let isChecked = false;

/* Wagtail asks before a newer version is replaced. The server replaces none: it shows both. */
document.addEventListener(
  "click",
  () => {
    const session = document.querySelector('[data-w-session-intercept-value="conflict"]');
    if (session) session.dataset.wSessionInterceptValue = "";
  },
  { capture: true },
);

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target.closest("form[data-edit-form]");
    if (!form || isChecked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    const autosave = controllerOf(form, "w-autosave") ?? {};
    const wasActive = autosave.activeValue;
    autosave.activeValue = false;
    await autosave.submitPromise;
    if ((await ensureSession()) && (await canBeSaved(form))) {
      isChecked = true;
      const isSent = submitAs(form, submitter);
      isChecked = false;
      // Another script may have stopped the form: a dialog that asks first.
      if (isSent) return;
    }
    autosave.activeValue = wasActive;
    if (submitter) controllerOf(submitter, "w-progress")?.deactivate();
  },
  { capture: true },
);

/* Asks where Wagtail asks every ten seconds who else edits the page. What can't be saved stays in the form, to be copied. */
export async function canBeSaved(form) {
  const address = document.querySelector('form[data-controller~="w-session"]')?.dataset.wSwapSrcValue;
  if (!address) return true; // a new page
  const headers = { "X-CSRFToken": readToken(form) };
  const body = new URLSearchParams({ is_editing: "1" });
  const answer = await fetch(address, { method: "POST", headers, body }).catch(() => null);
  if (answer?.status !== 404) return true;
  tellFailure({ error: new Error(texts.textGone), text: texts.textGone, type: "server_error", isFinal: true });
  return false;
}

window.addEventListener("w-autosave:error", ({ detail }) => detail.isFinal && setTimeout(offerCopy));

function offerCopy() {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button-small", textContent: texts.textCopy });
  button.addEventListener("click", async () => {
    const fields = [...readTexts([...new URLSearchParams(readForm())])];
    const written = fields.filter(([name, text]) => name !== "slug" && /\p{L}/u.test(text));
    await navigator.clipboard.writeText(written.map(([, text]) => text).join("\n\n"));
    button.textContent = texts.textCopied;
  });
  document.querySelector(".footer__save-warning p").append(" ", button);
}

/* The button may be disabled by now, so its name and value are sent in a hidden input. Returns whether the form is sent. */
function submitAs(form, button) {
  const pressed = document.createElement("input");
  Object.assign(pressed, { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
  form.append(pressed);
  let sending;
  window.addEventListener("submit", (event) => (sending = event), { once: true, capture: true });
  form.requestSubmit();
  pressed.remove();
  return !sending.defaultPrevented;
}
