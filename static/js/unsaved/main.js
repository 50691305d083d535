/** Stores in the browser what an author has written and the server doesn't have, and offers it when the page is opened
    again: after a crash, or after an outage in which the browser was closed. */

import { findMissingWords, findUnsavedDeletions, markWords, readTexts, undoDeletions } from "./fields.js";
import { openStore } from "./store.js";

const INTERVAL = 1000; // milliseconds
const RETRY_INTERVAL = 5000;
const NOT_STORED = new Set(["csrfmiddlewaretoken", "overwrite_revision_id"]);
const SENT = "sent-form";
const lockOf = (id) => `unsaved-form-${id}`;

const isStored = ([name, value]) => typeof value === "string" && !NOT_STORED.has(name);
const readForm = () => [...new FormData(form)].filter(isStored);
const addressOf = (edited) => new URL(edited.action, location.href).pathname;

// Whatever was sent before: it isn't known whether it was saved.
const forgetSent = () => sessionStorage.removeItem(SENT);
forgetSent();
window.addEventListener("pageshow", ({ persisted }) => persisted && forgetSent());

const form = document.querySelector("form[data-edit-form][data-controller~='w-autosave']");
const template = document.querySelector("#unsaved-form");
if (form && !window.crypto.subtle) warn(template.dataset.textInsecure);
else if (form) {
  const loaded = new Promise((resolve) => {
    if (document.readyState === "complete") resolve();
    else window.addEventListener("load", resolve, { once: true });
  });
  const opened = Promise.all([open(template.dataset.key), loaded]);
  opened.catch(() => warn(template.dataset.textNoRoom));
  const [store] = await opened;
  watch(form, store);
  await offer(form, store);
}

/** @returns {Promise<Store>} the user's store, as soon as the site gives its key */
async function open(address) {
  for (;;) {
    const answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    if (answer?.ok) {
      const { key, saved } = await answer.json();
      const store = await openStore(key);
      await Promise.all(saved.map((id) => store.remove(id)));
      return store;
    }
    // An outage, or nobody is signed in.
    await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL));
  }
}

/** Store the form each second in which Wagtail has something to save. */
function watch(edited, store) {
  const id = crypto.randomUUID();
  // Held until the tab is closed or crashes: so others know whose words wait for nobody.
  navigator.locks.request(lockOf(id), () => new Promise(() => {}));
  const controller = window.wagtail.app.getControllerForElementAndIdentifier(edited, "w-unsaved");
  let stored = "";

  // Read by the page on which two versions are merged: both are in the history then.
  window.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (target !== edited || defaultPrevented) return;
    sessionStorage.setItem(SENT, JSON.stringify({ id, address: addressOf(edited) }));
    // If it creates a page, the server tells with the key that it has these words. Not those of a deleted block.
    const hasDeleted = findUnsavedDeletions(readForm(), [...new URLSearchParams(controller.initialFormData)]).length;
    if (!hasDeleted) edited.addEventListener("formdata", ({ formData }) => formData.set("unsaved_form", id), { once: true });
  });

  async function check() {
    // Corrected in `finish-autosave.js`: what the server has. Undefined in the first two seconds.
    const { formData, initialFormData } = controller;
    const unsaved = [undefined, formData].includes(initialFormData) ? "" : formData;
    if (unsaved === stored) return;
    stored = unsaved;
    if (unsaved) await store.put(id, { address: addressOf(edited), entries: withDeleted(initialFormData) });
    else await store.remove(id);
    warn("");
  }
  // What can't be stored is tried again at the next change.
  const explain = (error) => warn(template.dataset[error instanceof RangeError ? "textTooLarge" : "textNoRoom"]);
  setInterval(() => check().catch(explain), INTERVAL);
}

/** Say below what Wagtail says of words that aren't saved that they aren't stored in the browser either. */
function warn(text) {
  const line = document.querySelector(".footer__save-warning");
  let warning = line?.parentElement.querySelector(".unsaved-warning");
  if (!line || (warning?.textContent ?? "") === text) return;
  warning ??= Object.assign(document.createElement("p"), { className: "unsaved-warning" });
  warning.textContent = text;
  if (text) line.after(warning);
  else warning.remove();
}

/** @returns {[string, string][]} the form, with the deleted blocks whose words were never saved */
function withDeleted(saved) {
  const entries = readForm();
  const changes = undoDeletions(entries, findUnsavedDeletions(entries, [...new URLSearchParams(saved)]));
  return entries.map(([name, value]) => [name, changes.get(name) ?? value]);
}

/** Offer the newest form that was written at this address by a tab that is gone, and has words that aren't saved. */
async function offer(edited, store) {
  const { held } = await navigator.locks.query();
  const isOpen = new Set(held.map(({ name }) => name));
  const savedTexts = readTexts(readForm());
  for (const { id, time, form: stored } of await store.readAll()) {
    if (stored.address !== addressOf(edited) || isOpen.has(lockOf(id))) continue;
    const texts = readTexts(stored.entries);
    const missing = findMissingWords(texts, savedTexts);
    if (missing.size) return show();
    await store.remove(id);

    function show() {
      const dialog = template.content.firstElementChild.cloneNode(true);
      const part = (name) => dialog.querySelector(`[data-unsaved="${name}"]`);
      part("time").textContent = new Date(time).toLocaleString(document.documentElement.lang, {
        dateStyle: new Date(time).toDateString() === new Date().toDateString() ? undefined : "long",
        timeStyle: "short",
      });
      for (const [name, text] of texts) {
        if (text === savedTexts.get(name)) continue;
        const row = part("row").content.firstElementChild.cloneNode(true);
        row.querySelector("ins").replaceWith(...markWords(text, missing).map(toNode));
        row.querySelector("[data-unsaved='saved']").textContent = savedTexts.get(name) ?? "";
        part("rows").append(row);
      }
      part("discard").addEventListener("click", async () => {
        await store.remove(id);
        dialog.close();
      });
      part("later").addEventListener("click", () => dialog.close());
      part("restore").addEventListener("click", async ({ currentTarget }) => {
        currentTarget.disabled = true;
        try {
          const address = await restore(stored);
          await store.remove(id);
          location.assign(address);
        } catch {
          part("failed").hidden = false;
          currentTarget.disabled = false;
        }
      });
      dialog.addEventListener("close", () => dialog.remove());
      document.body.append(dialog);
      dialog.showModal();
    }
  }
}

function toNode(piece) {
  if (typeof piece === "string") return document.createTextNode(piece);
  const mark = document.createElement("ins");
  mark.textContent = piece.word;
  return mark;
}

/** Save the stored form as a new draft, as autosave does. @returns {Promise<string>} the page's edit address */
async function restore({ address, entries }) {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  // What has been saved meanwhile stays in the history, as a version of its own.
  for (const [name, value] of new FormData(form)) {
    if (name === "csrfmiddlewaretoken" || name.startsWith("loaded_revision")) data.set(name, value);
  }
  const answer = await fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" } });
  const { success, url, invalid_parts } = await answer.json();
  // What isn't valid is in the browser alone.
  if (!success || invalid_parts) throw new Error("The server didn't save everything.");
  return url ?? address;
}
