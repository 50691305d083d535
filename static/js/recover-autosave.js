/**
 * Lets autosave go on after whatever has stopped it, and Wagtail show one state: whether the page is saved.
 *
 * Wagtail gives up after a minute without network, and for good if a new page was saved but not shown. What it has said of
 * a failure stays after a later success.
 */

import { canBeSaved } from "./finish-autosave.js";
import { autosaveOf, dialog, editForm, explainRefusal, renewSession, signedIn, tellFailure, texts, withNames } from "./sign-in-again.js";

/** Milliseconds between two attempts to save while the site can't be reached. */
const RETRY_INTERVAL = 10_000;

let isFailing = false;
let hasRepeated = false;
let trigger;
let timer;

/** Where the rest of a new page's editor is loaded from, if that has failed. Wagtail saves nothing without it. */
let missingParts;

async function saveAgain() {
  const autosave = autosaveOf(editForm());
  if (missingParts) {
    try {
      await autosave.hydrate({ detail: { url: withoutRedirect(missingParts) } });
    } catch (error) {
      tellFailure({ error, text: texts.textUnreachable, type: "network_error" });
      return retryLater();
    }
    missingParts = null;
    autosave.activeValue = true;
  }
  autosave.save(trigger);
}

/** Without a session, Wagtail would put the sign-in page into the editor. */
const withoutRedirect = (address) => new Request(address, { redirect: "error" });

window.addEventListener("w-autosave:hydrate", ({ detail }) => (detail.url = withoutRedirect(detail.url)));

function retryLater() {
  clearTimeout(timer);
  timer = setTimeout(saveAgain, RETRY_INTERVAL);
}

window.addEventListener(
  "w-autosave:error",
  async (event) => {
    const { detail } = event;
    if (detail.isChecked) return;
    isFailing = true;
    ({ trigger } = detail);
    if (detail.error?.name === "HydrationError") missingParts = detail.response.hydrate_url;
    else if (detail.type === "network_error") return retryLater();
    // An answer in JSON says what is wrong with the text.
    else if (detail.response || detail.type !== "server_error") return;
    event.stopImmediatePropagation();
    const session = await renewSession();
    if (session.state === "ready" && !hasRepeated) {
      hasRepeated = true;
      signedIn.postMessage(null);
      return saveAgain();
    }
    if (session.state === "ready" && !(await canBeSaved(editForm()))) return;
    if (session.state === "unreachable" || missingParts) retryLater();
    const text = { "signed-out": texts.textSignedOut, other: texts.textOther, unreachable: texts.textUnreachable };
    const cause = session.state === "ready" ? await explainRefusal() : session.cause;
    const isFinal = session.state === "no-access";
    tellFailure({ ...detail, text: withNames(text[session.state] ?? (cause || detail.text), session), isFinal });
    if (session.state === "signed-out" || session.state === "other") dialog.offer(session, saveAgain);
  },
  { capture: true },
);

const saveIfFailing = () => isFailing && !dialog.element.open && saveAgain();
window.addEventListener("online", saveIfFailing);
window.addEventListener("focus", saveIfFailing);
signedIn.addEventListener("message", saveIfFailing);

window.addEventListener(
  "w-autosave:save",
  (event) => {
    // Nothing can be saved before the sign-in, which may have happened elsewhere.
    if (dialog.element.open) {
      event.preventDefault();
      dialog.lookAgain();
    }
    // Until an attempt succeeds, Wagtail would say 'Saving' beside 'paused'.
    if (isFailing) event.stopImmediatePropagation();
  },
  { capture: true },
);

window.addEventListener("w-autosave:success", () => {
  isFailing = hasRepeated = dialog.wasDeclined = false;
  clearTimeout(timer);
  closeNetworkError();
  correctMessages();
});

/** Close Wagtail's dialog on a network error: the page is saved now. */
function closeNetworkError() {
  const session = document.querySelector('[data-controller~="w-session"]');
  const shown = document.querySelector("#w-save-confirmation-dialog:not([aria-hidden])");
  if (shown && !session?.dataset.wSessionInterceptValue) shown.dispatchEvent(new Event("w-dialog:hide"));
}

// A form that the server has refused is rendered with its errors, and saved as a draft right after.
const refusals = editForm()?.dataset.wUnsavedForceValue === "true" ? [...document.querySelectorAll(".messages li.error")] : [];

/** Replace 'could not be saved' by what is true. The errors stay. */
function correctMessages() {
  for (const refusal of refusals.splice(0)) {
    const words = [...refusal.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (words) words.data = texts.textDraft;
    refusal.classList.replace("error", "warning");
  }
}
