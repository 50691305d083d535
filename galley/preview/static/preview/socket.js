/**
 * A WebSocket that reconnects by itself, with a heartbeat.
 *
 * The pauses between attempts grow and vary, so that many screens don't return at once.
 */

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 1500;

/** While something in front of the server is set up wrongly: each attempt leaves a line in the server's log. */
const SETUP_PAUSE = 20_000;

/** A browser doesn't tell why a handshake failed. After so many in a row, the server is asked by HTTP. */
const FAILED_HANDSHAKES = 3;

/**
 * Milliseconds between two pings while the page is visible, and how long an answer may take. A proxy may close sockets that
 * are quiet for less: each time that one breaks before its first ping, pings are sent twice as often, down to the least.
 */
const HEARTBEAT_INTERVAL = 15_000;
const LEAST_INTERVAL = 1_000;
const HEARTBEAT_TIMEOUT = 2_000;

// The server compares and answers these texts as they stand: `galley.preview.consumers`.
const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

// The server's codes from 4400 on mean that reconnecting is no use: `Close` in `galley.preview.consumers`. So does
// 1009, with which a server hangs up in the middle of a message that is too large.
const TOO_LARGE = 1009;
const NO_ACCESS = 4403;
const isFinal = (code) => code === TOO_LARGE || (code >= 4400 && code < 4600);

// A page on which somebody has signed in again posts to this `BroadcastChannel`. All who had no access try again then.
const SIGN_INS = "signed-in";

/**
 * @param {string} path  where to connect, on this site
 * @param {{opened: function(), received: function(object), lost: function(string), ended: function(string),
 *   forbidden: function()}} listener
 *   `lost` is called when the connection breaks and will be tried again, with the reason if the server knows one;
 *   `ended` when it won't be tried again, with the reason; without a reason, a message was too large. Without access, it
 *   is tried again after a sign-in. `forbidden` is called if a header forbids the page to connect.
 * @param {number} maxBytes  a larger message isn't sent, and ends the connection
 * @returns {{send: function(object): boolean, close: function()}}
 */
export function connect(path, listener, maxBytes = Infinity) {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket;
  let pause = FIRST_PAUSE;
  let timer;
  let closed = false;
  let failures = 0;
  let reason;
  let interval = HEARTBEAT_INTERVAL;
  /** Runs from a socket's opening until its first ping. */
  let young;

  const open = () => {
    clearTimeout(timer);
    socket = new WebSocket(address);
    socket.onopen = () => {
      pause = FIRST_PAUSE;
      failures = 0;
      reason = undefined;
      startHeartbeat(socket, interval, abandon);
      young = setTimeout(() => { young = undefined; }, interval);
      listener.opened();
    };
    socket.onmessage = ({ data }) => data === PONG || listener.received(JSON.parse(data));
    socket.onclose = ({ code, reason: words }) => {
      if (young) interval = Math.max(interval / 2, LEAST_INTERVAL);
      clearTimeout(young);
      young = undefined;
      if (closed) return;
      if (isFinal(code)) {
        end(code === TOO_LARGE ? undefined : words);
        if (code === NO_ACCESS) openAfterSignIn();
        return;
      }
      // The server may just have started: the reason is shown if the next attempt fails, too.
      listener.lost(reason);
      if (++failures >= FAILED_HANDSHAKES) askForReason(address).then((answer) => { reason = answer; });
      timer = setTimeout(open, (reason ? SETUP_PAUSE : pause) * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };

  const end = (reason) => {
    stop();
    listener.ended(reason);
  };

  const openAfterSignIn = () => {
    const channel = new BroadcastChannel(SIGN_INS);
    channel.onmessage = () => {
      channel.close();
      closed = false;
      open();
    };
  };

  const stop = () => {
    closed = true;
    clearTimeout(timer);
    socket.close();
  };

  // A dead connection takes a long time to close. Don't wait for that.
  const abandon = () => {
    socket.onclose = socket.onmessage = null;
    socket.close();
    if (closed) return;
    listener.lost();
    open();
  };

  // A laptop has woken up, or the network is back: don't wait for the pause to end.
  const hurry = () => {
    if (!closed && socket.readyState === WebSocket.CLOSED) open();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  // Such a socket isn't closed: it has never begun.
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    if (closed || effectiveDirective !== "connect-src" || !blockedURI.startsWith("ws")) return;
    stop();
    listener.forbidden();
  });

  open();
  return {
    /** @returns {boolean} whether the message was sent */
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      const text = JSON.stringify(message);
      if (isLarger(text, maxBytes)) {
        end();
        return false;
      }
      socket.send(text);
      return true;
    },
    close: stop,
  };
}

/** @returns {Promise<string | undefined>} why no socket opens at `address`; undefined if the server doesn't answer */
async function askForReason(address) {
  const prefix = address.pathname.replace(/^(.*\/)(?:tabs|pages|shared)\/.*$/, "$1");
  try {
    const page = encodeURIComponent(location.origin);
    const response = await fetch(`${prefix}connection/?origin=${page}`, { method: "POST" });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {boolean} whether `text` has more than `maxBytes` in UTF-8 */
export function isLarger(text, maxBytes) {
  // A UTF-16 unit takes three bytes at most: nearly every text is known to fit without being encoded.
  return text.length * 3 > maxBytes && new Blob([text]).size > maxBytes;
}

/**
 * Ping the server while `socket` is open.
 *
 * A laptop that slept or a network that changed leaves dead connections. While nobody types, nothing is sent on them,
 * so nothing fails. The server answers a ping at once: without an answer, the connection is dead.
 *
 * @param {WebSocket} socket
 * @param {number} interval  milliseconds between two pings
 * @param {function()} dead  called once if the server doesn't answer
 */
function startHeartbeat(socket, interval, dead) {
  let waiting;
  const ping = () => {
    if (waiting || document.hidden || socket.readyState !== WebSocket.OPEN) return;
    socket.send(PING);
    waiting = setTimeout(() => stop() || dead(), HEARTBEAT_TIMEOUT);
  };
  const heard = () => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  const stop = () => {
    heard();
    clearInterval(timer);
    for (const [target, type] of wakeEvents) target.removeEventListener(type, ping);
  };

  const timer = setInterval(ping, interval);
  const wakeEvents = [
    [window, "online"],
    [window, "pageshow"],
    [document, "visibilitychange"],
  ];
  for (const [target, type] of wakeEvents) target.addEventListener(type, ping);
  // Any message shows that the server is there.
  socket.addEventListener("message", heard);
  socket.addEventListener("close", stop);
}
