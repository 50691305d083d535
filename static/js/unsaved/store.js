/** Forms in the browser's IndexedDB, encrypted with a key that the server gives to the user alone. */

export const MAX_FORMS = 20;
export const MAX_CHARACTERS = 10_000_000;
export const MAX_AGE = 30 * 24 * 60 * 60 * 1000; // milliseconds

/**
 * @param {string} key  of 256 bits, in Base64
 * @returns {Promise<Store>} Rejected where the browser has no IndexedDB, or no cryptography: on a page without TLS.
 */
export async function openStore(key) {
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  const imported = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const opening = indexedDB.open("unsaved-forms", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("forms", { keyPath: "id" });
  const store = new Store(await result(opening), imported);
  await store.clearOld();
  return store;
}

class Store {
  constructor(database, key) {
    this.database = database;
    this.key = key;
  }

  /** Store `form`, any JSON, under `id`. Rejected if the browser has no room. */
  async put(id, form) {
    const text = JSON.stringify(form);
    if (text.length > MAX_CHARACTERS) throw new RangeError("The form is too large to be stored.");
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, new TextEncoder().encode(text));
    await result(this.forms("readwrite").put({ id, time: Date.now(), iv, data }));
  }

  remove(id) {
    return result(this.forms("readwrite").delete(id));
  }

  /** @returns {Promise<{id: string, time: number, form: any}[]>} this user's forms, the newest first */
  async readAll() {
    const stored = await result(this.forms("readonly").getAll());
    const read = await Promise.all(stored.map((record) => this.decrypt(record)));
    return read.filter(Boolean).sort((one, other) => other.time - one.time);
  }

  async decrypt({ id, time, iv, data }) {
    try {
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, data);
      return { id, time, form: JSON.parse(new TextDecoder().decode(text)) };
    } catch {
      return null; // another user's
    }
  }

  async clearOld() {
    const stored = await result(this.forms("readonly").getAll());
    stored.sort((one, other) => other.time - one.time);
    const old = stored.filter(({ time }, position) => position >= MAX_FORMS || time < Date.now() - MAX_AGE);
    await Promise.all(old.map(({ id }) => this.remove(id)));
  }

  forms(mode) {
    return this.database.transaction("forms", mode).objectStore("forms");
  }
}

/** @returns {Promise<any>} the result of an IndexedDB request */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
