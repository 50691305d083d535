/* The id of a block that a script inserts. Wagtail gives one to those that a person adds: without it, comments and the
   preview don't find the block until the page is loaded again. `crypto.randomUUID` is missing on addresses without TLS. */
window.newBlockId = () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );
