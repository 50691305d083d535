/** A WebSocket that comes back by itself, with growing and uneven pauses so that many screens don't return at once. */

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 1500;

// Codes from 4400 on say that trying again is no use: see `preview.consumers.base.Close`.
const isFinal = (code) => code >= 4400 && code < 4600;

/**
 * @param {string} path  where to connect, on this site
 * @param {{opened: function(), received: function(object), lost: function(), ended: function(string)}} listener
 *   `lost` is called when the connection breaks and will be tried again, `ended` when it won't, with the reason.
 * @returns {{send: function(object|string): boolean, close: function()}}
 */
export function connect(path, listener) {
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
      listener.opened();
    };
    socket.onmessage = ({ data }) => listener.received(JSON.parse(data));
    socket.onclose = ({ code, reason }) => {
      if (closed) return;
      if (isFinal(code)) return listener.ended(reason);
      listener.lost();
      timer = setTimeout(open, pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
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
      socket.send(typeof message === "string" ? message : JSON.stringify(message));
      return true;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket.close();
    },
  };
}
