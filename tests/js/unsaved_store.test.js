import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { afterEach, beforeEach, mock, test } from "node:test";

import { MAX_AGE, MAX_CHARACTERS, MAX_FORMS, openStore } from "../../static/js/unsaved/store.js";

globalThis.crypto ??= webcrypto; // Node 18 has it in its module alone

const ANNA = btoa("A".repeat(32));
const BEN = btoa("B".repeat(32));
const FORM = { address: "/admin/pages/7/edit/", entries: [["title", "A secret émigré"]] };

/** The part of IndexedDB that the store uses. What is stored is a copy, as in a browser. */
function fakeIndexedDB(records) {
  const answer = (result) => {
    const request = { result };
    queueMicrotask(() => {
      request.onupgradeneeded?.();
      request.onsuccess();
    });
    return request;
  };
  const forms = {
    put: (record) => answer(records.set(record.id, structuredClone(record))),
    delete: (id) => answer(records.delete(id)),
    getAll: () => answer(structuredClone([...records.values()])),
  };
  return { open: () => answer({ createObjectStore() {}, transaction: () => ({ objectStore: () => forms }) }) };
}

let records;

beforeEach(() => {
  records = new Map();
  globalThis.indexedDB = fakeIndexedDB(records);
});
afterEach(() => mock.restoreAll());

/** @returns {string[]} what can be read in a record without its key, in each encoding that texts have */
function readWithoutKey(record) {
  const parts = Object.values(record).map((value) => (typeof value === "object" ? Buffer.from(value) : Buffer.from(String(value))));
  const bytes = Buffer.concat([...parts, Buffer.from(JSON.stringify(record))]);
  return ["utf8", "latin1", "utf16le"].map((encoding) => bytes.toString(encoding));
}

const idsOf = (forms) => forms.map(({ id }) => id);

test("what is stored is read again with the key", async () => {
  await (await openStore(ANNA)).put("one", FORM);
  const [{ id, form }] = await (await openStore(ANNA)).readAll();
  assert.deepEqual([id, form], ["one", FORM]);
});

test("what is stored can't be read without the key", async () => {
  await (await openStore(ANNA)).put("one", FORM);
  const record = records.get("one");
  assert.deepEqual(Object.keys(record).sort(), ["data", "id", "iv", "time"]);
  for (const text of readWithoutKey(record)) {
    for (const words of ["secret", "title", "/admin/pages/7"]) assert.ok(!text.includes(words), text);
  }
});

test("the same words are never encrypted alike", async () => {
  const store = await openStore(ANNA);
  await store.put("one", FORM);
  await store.put("two", FORM);
  const [one, two] = ["one", "two"].map((id) => records.get(id));
  assert.notDeepEqual(one.iv, two.iv);
  assert.notDeepEqual(new Uint8Array(one.data), new Uint8Array(two.data));
});

test("the key can't be taken out of the store", async () => {
  const { key } = await openStore(ANNA);
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});

test("a second user of the browser reads nothing of the first, and takes nothing away", async () => {
  await (await openStore(ANNA)).put("one", FORM);
  const second = await openStore(BEN);
  assert.deepEqual(await second.readAll(), []);
  await second.put("two", { address: "/", entries: [] });
  assert.deepEqual(idsOf(await second.readAll()), ["two"]);
  assert.deepEqual(idsOf(await (await openStore(ANNA)).readAll()), ["one"]);
});

test("a record that was changed is not offered", async () => {
  const store = await openStore(ANNA);
  await store.put("one", FORM);
  new Uint8Array(records.get("one").data)[0] ^= 1;
  assert.deepEqual(await store.readAll(), []);
});

test("the newest forms alone stay, whosever they are", async () => {
  let now = Date.now() - MAX_AGE / 2;
  mock.method(Date, "now", () => now++);
  const store = await openStore(ANNA);
  for (let number = 0; number < MAX_FORMS + 5; number++) await store.put(`form ${number}`, FORM);
  await openStore(BEN);
  const left = idsOf(await store.readAll());
  assert.equal(left.length, MAX_FORMS);
  assert.deepEqual([left[0], left.at(-1)], [`form ${MAX_FORMS + 4}`, "form 5"]);
});

test("a form is deleted when it is too old", async () => {
  let now = Date.now();
  mock.method(Date, "now", () => now);
  await (await openStore(ANNA)).put("one", FORM);
  now += MAX_AGE;
  assert.deepEqual(idsOf(await (await openStore(ANNA)).readAll()), ["one"]);
  now += 1;
  assert.deepEqual(await (await openStore(ANNA)).readAll(), []);
  assert.equal(records.size, 0);
});

test("a form that is too large is refused, and the one before it stays", async () => {
  const store = await openStore(ANNA);
  await store.put("one", FORM);
  const room = MAX_CHARACTERS - JSON.stringify({ text: "" }).length;
  await assert.rejects(store.put("one", { text: "x".repeat(room + 1) }), RangeError);
  assert.deepEqual((await store.readAll())[0].form, FORM);
  await store.put("two", { text: "x".repeat(room) });
  assert.deepEqual(idsOf(await store.readAll()).sort(), ["one", "two"]);
});

test("what is removed is gone", async () => {
  const store = await openStore(ANNA);
  await store.put("one", FORM);
  await store.remove("one");
  assert.equal(records.size, 0);
});
