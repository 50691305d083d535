/** A WebSocket that comes back by itself, with growing and uneven pauses so that many screens don't return at once. */

import { isPong, watchPulse } from "./pulse.js";

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 1500;

// Codes from 4400 on say that trying again is no use: see `galley.preview.consumers.closing.Close`. So does 1009, with which
// a server hangs up in the middle of a message that is too large.
const TOO_LARGE = 1009;
const isFinal = (code) => code === TOO_LARGE || (code >= 4400 && code < 4600);

/**
 * @param {string} path  where to connect, on this site
 * @param {number} maxBytes  the server accepts no larger message
 * @param {{opened: function(), received: function(object), lost: function(), ended: function(string)}} listener
 *   `lost` is called when the connection breaks and will be tried again, `ended` when it won't, with the reason;
 *   without one, a message was too large.
 * @returns {{send: function(object|string): boolean, close: function()}}
 */
export function connect(path, maxBytes, listener) {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket;
  let pause = FIRST_PAUSE;
  let timer;
  let closed = false;

  const open = () => {
    clearTimeout(timer);
    socket = new WebSocket(address);
    socket.onopen = () => {
      pause = FIRST_PAUSE;
      watchPulse(socket, giveUp);
      listener.opened();
    };
    socket.onmessage = ({ data }) => isPong(data) || listener.received(JSON.parse(data));
    socket.onclose = ({ code, reason }) => {
      if (closed) return;
      if (isFinal(code)) return end(code === TOO_LARGE ? undefined : reason);
      listener.lost();
      timer = setTimeout(open, pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };

  const end = (reason) => {
    stop();
    listener.ended(reason);
  };

  const stop = () => {
    closed = true;
    clearTimeout(timer);
    socket.close();
  };

  // A dead connection takes its time to close: nobody waits for that.
  const giveUp = () => {
    socket.onclose = socket.onmessage = null;
    socket.close();
    if (closed) return;
    listener.lost();
    open();
  };

  // A laptop that wakes up, or a network that is back: don't wait for the pause to end.
  const hurry = () => {
    if (!closed && socket.readyState === WebSocket.CLOSED) open();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());

  open();
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      const text = typeof message === "string" ? message : JSON.stringify(message);
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

// A UTF-16 unit is three bytes at most: nearly every text is known to fit without being encoded.
function isLarger(text, maxBytes) {
  return text.length * 3 > maxBytes && new Blob([text]).size > maxBytes;
}
