// Marks the entry of the table of contents whose section is being read.
const toc = document.querySelector(".toc");
const entries = new Map();
/** The headings above the reading line, which lies in the upper part of the window. */
const passed = new Set();

for (const entry of toc.querySelectorAll("a")) {
  const heading = document.getElementById(decodeURIComponent(entry.hash.slice(1)));
  if (heading) entries.set(heading, entry);
}

/** At the end of the page the last section is read, even if it is too short to reach the reading line. */
let atEnd = false;

function mark() {
  const current = [...entries].filter(([heading]) => atEnd || passed.has(heading)).at(-1)?.[1];
  for (const entry of entries.values()) {
    if (entry === current) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
  }
  // A table of contents that is taller than the window scrolls along.
  toc.scrollTop = current ? current.offsetTop - toc.clientHeight / 2 : 0;
}

// The observed area reaches far above the window, so that a jump over several headings passes all of them.
const observer = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) passed[isIntersecting ? "add" : "delete"](target);
    mark();
  },
  { rootMargin: "1000000% 0px -70% 0px" },
);
for (const heading of entries.keys()) observer.observe(heading);

addEventListener(
  "scroll",
  () => {
    const { scrollTop, clientHeight, scrollHeight } = document.documentElement;
    const reached = scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 1;
    if (reached === atEnd) return;
    atEnd = reached;
    mark();
  },
  { passive: true },
);

// With a margin beside the text, CSS always shows the contents there. Opening the element tells screen readers.
const margin = matchMedia("(min-width: 75rem)");
const openInMargin = () => (toc.querySelector("details").open = margin.matches);
margin.addEventListener("change", openInMargin);
if (margin.matches) openInMargin();
