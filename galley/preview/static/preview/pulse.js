/**
 * Whether the other side of a socket is still there.
 *
 * A laptop that slept or a network that changed leaves connections that are dead and don't know it: nothing is sent on
 * them while nobody types, so nothing fails. The server answers a ping at once; where no answer comes, it is dead.
 */

const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

/** Milliseconds between two pings while the page is seen, and how long an answer may take. */
const PAUSE = 15_000;
const PATIENCE = 2_000;

/**
 * Watch over an open socket.
 *
 * @param {WebSocket} socket
 * @param {function()} dead  called once if the other side doesn't answer
 */
export function watchPulse(socket, dead) {
  let waiting;
  const ask = () => {
    if (waiting || document.hidden || socket.readyState !== WebSocket.OPEN) return;
    socket.send(PING);
    waiting = setTimeout(() => stop() || dead(), PATIENCE);
  };
  const heard = () => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  const stop = () => {
    heard();
    clearInterval(timer);
    for (const [target, type] of wakings) target.removeEventListener(type, ask);
  };

  const timer = setInterval(ask, PAUSE);
  const wakings = [
    [window, "online"],
    [window, "pageshow"],
    [document, "visibilitychange"],
  ];
  for (const [target, type] of wakings) target.addEventListener(type, ask);
  // Whatever comes is a sign of life.
  socket.addEventListener("message", heard);
  socket.addEventListener("close", stop);
}

/** @returns {boolean} whether what came is only a sign of life */
export function isPong(data) {
  return data === PONG;
}
