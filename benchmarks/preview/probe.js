/**
 * In every page and frame: notes when a key reaches the form, and when what was typed is painted on a screen.
 *
 * Times are milliseconds of the wall clock, the same in every window of the browser.
 */
window.probe = (() => {
  const now = () => performance.timeOrigin + performance.now();

  /** When each key was pressed since `listen`: at its `input` event, or the last event before it if a script replaced that. */
  let keys = [];
  addEventListener("keydown", ({ key }) => key.length === 1 && keys.push({ at: now(), complete: false }), true);
  for (const type of ["keypress", "beforeinput", "input"]) {
    addEventListener(
      type,
      ({ isTrusted }) => {
        const key = keys.at(-1);
        if (!isTrusted || !key || key.complete) return;
        key.at = now();
        key.complete = type === "input";
      },
      true,
    );
  }

  /** What stood between the marks and when it was painted, one entry for each state. */
  let seen = [];
  let waiting = null;
  let observer = null;

  function afterPaint(callback) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = callback;
      port2.postMessage(null);
    });
  }

  function between(text, [opening, closing]) {
    const start = text?.indexOf(opening) ?? -1;
    const end = text?.indexOf(closing, start) ?? -1;
    return start < 0 || end < 0 ? null : text.slice(start + opening.length, end);
  }

  function innermost(element, marks) {
    const child = [...element.children].find(({ textContent }) => between(textContent, marks) !== null);
    return child ? innermost(child, marks) : element;
  }

  function show(text) {
    afterPaint(() => {
      seen.push({ text, at: now() });
      if (waiting && text.length >= waiting.length) waiting.resolve();
    });
  }

  /** Call `read` for each change under `root`; what it returns is what the screen shows. */
  function observe(root, options, read) {
    observer?.disconnect();
    seen = [];
    let last = null;
    observer = new MutationObserver(() => {
      const text = read();
      if (text === null || text === last) return;
      last = text;
      show(text);
    });
    observer.observe(root, { childList: true, subtree: true, ...options });
  }

  return {
    keys: () => keys.map(({ at }) => at),
    seen: () => seen,
    listen: () => void (keys = []),

    /** Resolve when at least `length` characters between the marks are painted. */
    painted: (length) =>
      new Promise((resolve) => {
        if (seen.some(({ text }) => text.length >= length)) resolve();
        else waiting = { length, resolve };
      }),

    /** On a live screen: bring the marks into view and note every state of what is between them. */
    watch(marks) {
      let place = innermost(document.body, marks);
      place.scrollIntoView({ block: "center", behavior: "instant" });
      observe(document.body, { characterData: true }, () => {
        const text = place.isConnected ? between(place.textContent, marks) : null;
        if (text !== null) return text;
        place = innermost(document.body, marks);
        return between(place.textContent, marks);
      });
    },

    /** On the edit page, with Wagtail's own preview panel: it changes by putting a new frame in place of the old. */
    watchFrame(wrapper, frame, marks) {
      observe(document.querySelector(wrapper), { attributes: true }, () =>
        between(document.querySelector(frame)?.contentDocument?.body?.textContent, marks),
      );
    },
  };
})();
