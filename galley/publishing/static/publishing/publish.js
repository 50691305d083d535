/** Asks when a page is to be published, before it is, and names what is missing, each with a link to its field. */

import { openField } from "./open-field.js";
import { ZoneClock } from "./zone-clock.js";

const template = document.querySelector("#publish");
const texts = template.dataset;
// The form may have been open since yesterday, or since before a change of clocks.
const clock = new ZoneClock(texts);
let isConfirmed = false;

function showTime() {
  for (const element of document.querySelectorAll("span[data-zone]")) {
    element.textContent = new ZoneClock(element.dataset).show(clock.now).slice(-5);
  }
}

setInterval(showTime, 10_000);

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
  const { tomorrow } = clock;
  const later = () => ({ now: "", tomorrow, time: time.value })[when.value];
  const isFuture = read(goLive.value, goLive) > clock.now;
  when.value = isFuture ? "time" : "now";
  time.value = isFuture ? goLive.value : tomorrow;
  dialog.querySelector("[data-tomorrow]").textContent = `${nameDay(tomorrow)}, ${tomorrow.slice(-5)}`;
  end.value = expire?.value ?? "";
  end.closest("label").hidden = !expire;

  const missing = findMissing(form);
  dialog.querySelector("[data-missing]").hidden = !missing.length;
  dialog.querySelector("ul").replaceChildren(...missing.map(([show, text]) => toItem(dialog, show, text)));
  const update = () => {
    time.required = when.value === "time";
    const [start, stop] = [read(later(), goLive), read(end.value, expire)];
    for (const choice of [...when, time]) choice.setCustomValidity("");
    const chosen = when.value === "time" ? time : [...when].find(({ checked }) => checked);
    chosen.setCustomValidity(start <= clock.now ? texts.past : "");
    end.setCustomValidity(stop <= clock.now ? texts.past : stop <= start ? texts.early : "");
    dialog.querySelector("output[for=time]").textContent = explain(later(), goLive);
    dialog.querySelector("output[for=end]").textContent = explain(end.value, expire);
    submit.textContent = when.value === "now" ? texts.publish : texts.schedule;
  };
  update();
  dialog.addEventListener("input", ({ target }) => {
    if (target === time) when.value = "time";
    update();
  });
  // Time has passed since.
  submit.addEventListener("click", update);
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
  dialog.querySelector(".publish-dialog__zone").append(nameBrowserZone());
  document.body.append(dialog);
  showTime();
  dialog.showModal();
}

/* Names the zone of the browser, if its clock shows another time: that of somebody who travels, or has chosen no zone. */
function nameBrowserZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = new Date(clock.now).toLocaleTimeString("sv", { timeStyle: "short" });
  return time === clock.show(clock.now).slice(-5) ? "" : ` ${texts.here.replace("{zone}", zone).replace("{time}", time)}`;
}

/* What the form was loaded with may be the second of a time that comes twice. */
const isSecond = (value, field) => field?.dataset.second !== undefined && value === field.defaultValue;
const read = (value, field) => clock.read(value, isSecond(value, field));

/* Says what is meant by a time at a change of clocks. */
function explain(value, field) {
  const moment = read(value, field);
  if (Number.isNaN(moment)) return "";
  const shown = clock.show(moment);
  const isTwice = clock.read(value) !== clock.read(value, true);
  const text = shown !== value ? texts.skipped : isTwice ? texts[isSecond(value, field) ? "second" : "first"] : "";
  return text.replace("{time}", value.slice(-5)).replace("{after}", shown.slice(-5));
}

function nameDay(time) {
  const day = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
  return new Date(`${time}Z`).toLocaleDateString(document.documentElement.lang, day);
}

function write(field, value) {
  if (field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/* Returns pairs of what leads to the place and a line: required fields without a value, and what upstream's checks have
   found in the preview. */
function findMissing(form) {
  const empty = findEmpty(form).map((field) => [() => openField(field), texts.missing.replace("{field}", nameOf(field))]);
  const toggle = document.querySelector("[data-side-panel-toggle=checks]");
  const found = [...document.querySelectorAll("[data-checks-panel] [data-content-checker-row]")].map((row) => {
    const name = row.querySelector("[data-content-checker-name]").textContent.trim();
    const show = () => {
      const part = findChecked(row, form);
      if (!part && toggle.getAttribute("aria-expanded") !== "true") toggle.click();
      openField(part ?? row);
    };
    return [show, name];
  });
  // Of an address that changes, for example.
  const notes = [...form.querySelectorAll("[data-publish-note]")].map((note) => [() => openField(note.closest("[data-field]")), note.textContent]);
  return [...empty, ...found, ...notes];
}

/* Returns the part of the form that a check is about. Upstream's row has a selector of Wagtail's preview, where templates name
   the field. Null if it has none, or may mean several parts: the keys of paragraphs are missing in the selector. */
function findChecked(row, form) {
  const shown = document.querySelector("#w-preview-iframe")?.contentDocument;
  const selector = row.querySelector("[data-content-checker-selector-text]").textContent;
  const parts = new Set(shown && selector ? [...shown.querySelectorAll(selector)].map((element) => findPart(element, form)) : []);
  return parts.size === 1 ? [...parts][0] : null;
}

function findPart(element, form) {
  const names = [];
  for (let near = element; near; near = near.parentElement) if (near.dataset?.contentpath) names.unshift(near.dataset.contentpath);
  const inner = (scope, name) =>
    /^\d+$/.test(name)
      ? scope.querySelectorAll(":scope > [data-inline-panel-child]:not(.deleted)")[name]
      : scope.querySelector(`[data-contentpath="${CSS.escape(name)}"], #id_${CSS.escape(name)}-FORMS`);
  // What a block doesn't have as a field belongs to the block.
  const part = names.reduce((scope, name) => scope && (inner(scope, name) ?? (scope === form ? null : scope)), form);
  if (!part || part === form) return null;
  const altText = element.matches("img") && part.querySelector("[name$=-alt_text]");
  return altText || (part.querySelector("[data-field]") ?? part);
}

/* What a chooser, a list of blocks or the editor of rich text holds is in hidden inputs, which the browser doesn't check.
   The alt text of a picture has no mark: only of one that isn't decorative, it is required. */
function findEmpty(form) {
  const values = new Map(new FormData(form));
  const isDeleted = (name) =>
    [...name.matchAll(/-/g)].some(({ index }) => ["deleted", "DELETE"].some((mark) => values.get(`${name.slice(0, index)}-${mark}`)));
  return [...form.querySelectorAll("[data-field]")].filter((field) => {
    const own = [...field.querySelectorAll("input, textarea, select")].filter((input) => input.closest("[data-field]") === field);
    const named = own.filter(({ name, type }) => values.has(name) && type !== "checkbox" && !isDeleted(name));
    const isList = named.some(({ name }) => name.endsWith("-count"));
    const isEmpty = isList ? named.length === 1 : named.length && named.every(({ value }) => !textOf(value).trim());
    if (!isEmpty) return false;
    return own.some(({ name }) => lacksAltText(name, values, form)) || labelOf(field)?.querySelector(".w-required-mark");
  });
}

function lacksAltText(name, values, form) {
  const block = name.match(/^(.+)-alt_text$/)?.[1];
  const decorative = form.elements[`${block}-decorative`];
  return decorative && !decorative.checked && values.get(`${block}-image`);
}

/* The label stands before the field; of the only field of a panel, it is the panel's heading. */
function labelOf(field) {
  const before = field.closest("[data-field-wrapper]")?.previousElementSibling;
  if (before?.matches(".w-field__label")) return before;
  const panel = field.closest(".w-panel");
  return panel?.querySelector("[data-field]") === field ? panel.querySelector(":scope > .w-panel__header [data-panel-heading]") : null;
}

/* Rich text is stored as JSON. */
function textOf(value) {
  if (value === "null") return "";
  if (!value.startsWith('{"')) return value;
  const { blocks, entityMap } = JSON.parse(value);
  return blocks.map(({ text }) => text).join("") || Object.keys(entityMap).join("");
}

function nameOf(field) {
  const name = labelOf(field).textContent.replace("*", "").trim();
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function toItem(dialog, show, text) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = "#";
  link.textContent = text;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
    show();
  });
  item.append(link);
  return item;
}
