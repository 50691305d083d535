/** Asks when a page is to be published, before it is, and names what is missing, each with a link to its field. */

import { openField } from "./open-field.js";

const template = document.querySelector("#publish");
const texts = template.dataset;
let isConfirmed = false;

/* The session's check and the wait for a running autosave come after this: `finish-autosave.js`. */
window.addEventListener(
  "submit",
  (event) => {
    const { submitter: button, target: form } = event;
    if (isConfirmed || !form.matches("form[data-edit-form]") || button?.name !== "action-publish") return;
    // An old version is published as it was.
    if (!form.elements.go_live_at || form.elements.revision) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // The button turns into “Publishing…” when it is pressed.
    setTimeout(() => window.wagtail.app.getControllerForElementAndIdentifier(button, "w-progress")?.deactivate());
    ask(form, button);
  },
  { capture: true },
);

function ask(form, button) {
  const dialog = template.content.firstElementChild.cloneNode(true);
  const [goLive, expire] = [form.elements.go_live_at, form.elements.expire_at];
  const { when, time, end } = dialog.querySelector("form").elements;
  const submit = dialog.querySelector("[type=submit]");
  const later = () => ({ now: "", tomorrow: texts.tomorrow, time: time.value })[when.value];
  const isFuture = goLive.value > texts.now;
  when.value = isFuture ? "time" : "now";
  time.value = isFuture ? goLive.value : texts.tomorrow;
  end.value = expire?.value ?? "";
  end.closest("label").hidden = !expire;

  const missing = findMissing(form);
  dialog.querySelector("[data-missing]").hidden = !missing.length;
  dialog.querySelector("ul").replaceChildren(...missing.map(([field, text]) => toItem(dialog, field, text)));
  const update = () => {
    time.required = when.value === "time";
    submit.textContent = when.value === "now" ? texts.publish : texts.schedule;
  };
  update();
  dialog.addEventListener("input", ({ target }) => {
    if (target === time) when.value = "time";
    update();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    write(goLive, later());
    if (expire) write(expire, end.value);
    dialog.close();
    isConfirmed = true;
    form.requestSubmit(button);
    isConfirmed = false;
  });
  document.body.append(dialog);
  dialog.showModal();
}

function write(field, value) {
  if (field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/* Returns pairs of an element and a line: required fields without a value, and what upstream's checks have found. */
function findMissing(form) {
  const empty = [...form.querySelectorAll("[data-field]")].filter((field) => {
    const input = field.querySelector("[required]:not([type=hidden], [type=checkbox], [disabled])");
    return input && !input.value.trim() && !input.closest("template");
  });
  const lines = empty.map((field) => [field, texts.missing.replace("{field}", nameOf(field))]);
  const toggle = document.querySelector("[data-side-panel-toggle=checks]");
  const found = Number(toggle?.querySelector("[data-side-panel-toggle-counter]")?.textContent) || 0;
  return found ? [...lines, [toggle, texts.checks.replace("{number}", found)]] : lines;
}

function nameOf(field) {
  const label = field.querySelector("label, [data-field-label]")?.textContent ?? field.dataset.contentpath ?? "";
  const name = label.replace("*", "").trim();
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function toItem(dialog, field, text) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = "#";
  link.textContent = text;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
    if (field.matches("[data-side-panel-toggle]")) field.click();
    else openField(field);
  });
  item.append(link);
  return item;
}
