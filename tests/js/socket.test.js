import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { connect, isLarger } from "../../galley/preview/static/preview/socket.js";

class FakeSocket extends EventTarget {
  static OPEN = 1;
  static CLOSED = 3;
  readyState = 0;
  sent = [];

  constructor(address) {
    super();
    this.address = String(address);
    sockets.push(this);
  }

  send(text) {
    this.sent.push(text);
  }

  close() {
    this.readyState = FakeSocket.CLOSED;
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }

  receive(data) {
    this.dispatchEvent(new Event("message"));
    this.onmessage?.({ data });
  }

  breakWith(code, reason = "") {
    this.readyState = FakeSocket.CLOSED;
    this.dispatchEvent(new Event("close"));
    this.onclose?.({ code, reason });
  }
}

/** What is posted on one reaches the others of that name. */
class FakeChannel {
  constructor(name) {
    this.name = name;
    channels.add(this);
  }

  postMessage(data) {
    for (const channel of channels) if (channel !== this && channel.name === this.name) channel.onmessage?.({ data });
  }

  close() {
    channels.delete(this);
  }
}

globalThis.WebSocket = FakeSocket;
globalThis.BroadcastChannel = FakeChannel;
globalThis.location = { href: "https://example.org/preview/pages/3/", origin: "https://example.org" };

const PING = '{"type":"ping"}';
let page, sockets, channels, messages, connection;

beforeEach(() => {
  // A page of its own for each test: a connection listens to it as long as it is open.
  page = new EventTarget();
  globalThis.window = page;
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  sockets = [];
  channels = new Set();
  messages = [];
  const tell = (name) => (detail) => messages.push(detail === undefined ? name : [name, detail]);
  const listener = { opened: tell("opened"), received: tell("received"), lost: tell("lost"), ended: tell("ended") };
  listener.forbidden = tell("forbidden");
  connection = connect("/preview/pages/3/", listener, 100);
  sockets[0].open();
});

test("a socket without access tries again after a sign-in, once for each", () => {
  const page = new BroadcastChannel("signed-in");
  page.postMessage(null);
  assert.equal(sockets.length, 1);
  sockets[0].breakWith(4403, "You are logged out.");
  page.postMessage(null);
  page.postMessage(null);
  assert.equal(sockets.length, 2);
  sockets[1].open();
  assert.equal(connection.send({}), true);
  sockets[1].breakWith(4403);
  page.postMessage(null);
  assert.equal(sockets.length, 3);
  for (const code of [1009, 4400, 4404, 4413]) {
    sockets.at(-1).breakWith(code);
    page.postMessage(null);
    assert.equal(sockets.length, 3);
  }
});

test("messages go to the socket of this site and come from there", () => {
  assert.equal(sockets[0].address, "wss://example.org/preview/pages/3/");
  assert.equal(connection.send({ type: "again" }), true);
  assert.deepEqual(sockets[0].sent, ['{"type":"again"}']);
  sockets[0].receive('{"type":"presence"}');
  assert.deepEqual(messages, ["opened", ["received", { type: "presence" }]]);
});

test("a broken connection is tried again until it works", () => {
  sockets[0].breakWith(1012);
  assert.equal(connection.send({}), false);
  for (let attempt = 1; attempt <= 5; attempt++) {
    mock.timers.tick(2_250);
    assert.equal(sockets.length, attempt + 1);
    sockets[attempt].breakWith(1006);
  }
  mock.timers.tick(2_250);
  sockets.at(-1).open();
  assert.deepEqual(messages, ["opened", ..."lost ".repeat(6).trim().split(" "), "opened"]);
});

test("after three failed handshakes the server is asked for the reason, which the next failure tells", async () => {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url);
    return { ok: true, text: async () => "A proxy is in the way." };
  };
  const fail = async (code = 1006) => {
    sockets.at(-1).breakWith(code);
    mock.timers.tick(2_250);
    await new Promise(setImmediate);
  };
  await fail();
  await fail();
  assert.deepEqual(asked, []);
  await fail();
  assert.deepEqual(asked, ["/preview/connection/?origin=https%3A%2F%2Fexample.org"]);
  assert.deepEqual(messages, ["opened", "lost", "lost", "lost"]);
  await fail();
  assert.deepEqual(messages.at(-1), ["lost", "A proxy is in the way."]);
  // An answer of the server is no use as soon as the connection works again, or while the server is away.
  sockets.at(-1).open();
  globalThis.fetch = async () => { throw new TypeError("away"); };
  for (let attempt = 0; attempt < 4; attempt++) await fail();
  assert.equal(messages.at(-1), "lost");
});

test("while a reason is known, it is tried less often: each attempt leaves a line in the server's log", async () => {
  globalThis.fetch = async () => ({ ok: true, text: async () => "A proxy is in the way." });
  for (let attempt = 0; attempt < 3; attempt++) {
    sockets.at(-1).breakWith(1006);
    mock.timers.tick(2_250);
    await new Promise(setImmediate);
  }
  sockets.at(-1).breakWith(1006);
  const { length } = sockets;
  mock.timers.tick(9_000);
  assert.equal(sockets.length, length);
  mock.timers.tick(21_000);
  assert.equal(sockets.length, length + 1);
});

test("sockets that something closes when they are quiet are pinged more often, until they last", () => {
  const secondsToPing = () => {
    for (let seconds = 0.5; seconds <= 15; seconds += 0.5) {
      mock.timers.tick(500);
      if (sockets.at(-1).sent.length) return seconds;
    }
    return undefined;
  };
  const breakAfter = (milliseconds) => {
    mock.timers.tick(milliseconds);
    sockets.at(-1).breakWith(1006);
    mock.timers.tick(2_250);
    sockets.at(-1).open();
  };
  breakAfter(5_000);
  assert.equal(secondsToPing(), 7.5);
  breakAfter(0);
  assert.equal(secondsToPing(), 7.5);
  breakAfter(0);
  breakAfter(5_000);
  assert.equal(secondsToPing(), 4);
  for (let attempt = 0; attempt < 9; attempt++) breakAfter(100);
  assert.equal(secondsToPing(), 1);
});

test("a handshake that fails says nothing of how long a socket lasts", () => {
  mock.timers.tick(15_000);
  for (let attempt = 0; attempt < 2; attempt++) {
    sockets.at(-1).breakWith(1006);
    mock.timers.tick(2_250);
  }
  sockets.at(-1).open();
  mock.timers.tick(14_000);
  assert.deepEqual(sockets.at(-1).sent, []);
});

test("a header that forbids sockets is named, and none is tried any more", () => {
  sockets[0].breakWith(1006);
  const violation = (blockedURI, effectiveDirective = "connect-src") =>
    document.dispatchEvent(Object.assign(new Event("securitypolicyviolation"), { blockedURI, effectiveDirective }));
  violation("https://example.org/other");
  violation("wss://example.org/", "img-src");
  assert.deepEqual(messages, ["opened", "lost"]);
  violation("wss://example.org/preview/pages/3/");
  violation("wss://example.org/preview/pages/3/");
  mock.timers.tick(60_000);
  assert.deepEqual([sockets.length, messages], [1, ["opened", "lost", "forbidden"]]);
});

test("it is tried at once when the network is back", () => {
  sockets[0].breakWith(1006);
  page.dispatchEvent(new Event("online"));
  assert.equal(sockets.length, 2);
});

test("a final code ends the connection, with the server's reason", () => {
  sockets[0].breakWith(4403, "You are logged out.");
  mock.timers.tick(60_000);
  assert.deepEqual([sockets.length, messages], [1, ["opened", ["ended", "You are logged out."]]]);
});

test("a message that is too large ends the connection without a reason, here or in front of the server", () => {
  assert.equal(connection.send({ text: "x".repeat(100) }), false);
  assert.deepEqual([sockets[0].sent, messages], [[], ["opened", "ended"]]);
  connect("/", { opened() {}, ended: (reason) => messages.push(reason) });
  sockets[1].breakWith(1009, "message too big");
  assert.equal(messages.at(-1), undefined);
});

test("a connection without an answer to a ping is dead, and is replaced", () => {
  mock.timers.tick(15_000);
  assert.deepEqual(sockets[0].sent, [PING]);
  mock.timers.tick(2_000);
  assert.deepEqual([sockets.length, messages], [2, ["opened", "lost"]]);
  // Whatever still arrives on the old one is ignored.
  sockets[0].breakWith(1006);
  sockets[0].receive('{"type":"late"}');
  assert.deepEqual(messages, ["opened", "lost"]);
});

test("any message answers a ping, and a pong isn't passed on", () => {
  for (const answer of ['{"type":"pong"}', '{"type":"presence"}']) {
    mock.timers.tick(15_000);
    sockets[0].receive(answer);
    mock.timers.tick(2_000);
  }
  assert.deepEqual(messages, ["opened", ["received", { type: "presence" }]]);
});

test("a page that wakes up asks at once, and a hidden one doesn't ask", () => {
  page.dispatchEvent(new Event("pageshow"));
  assert.deepEqual(sockets[0].sent, [PING]);
  sockets[0].receive('{"type":"pong"}');
  document.hidden = true;
  mock.timers.tick(60_000);
  document.hidden = false;
  assert.deepEqual(sockets[0].sent, [PING]);
});

test("a connection that is closed stays closed", () => {
  connection.close();
  sockets[0].breakWith(1000);
  page.dispatchEvent(new Event("online"));
  mock.timers.tick(60_000);
  assert.deepEqual([sockets.length, messages], [1, ["opened"]]);
});

test("a message is measured in bytes of UTF-8", () => {
  assert.equal(isLarger("ä".repeat(50), 100), false);
  assert.equal(isLarger("ä".repeat(51), 100), true);
  assert.equal(isLarger("a".repeat(100), 100), false);
  assert.equal(isLarger("€".repeat(34), 100), true);
});
