// The table of contents follows the reading: the entry of the part that is being read is marked.
const toc = document.querySelector(".toc");
const entries = new Map();
/** The headings above the line at which somebody reads, in the upper part of the window. */
const passed = new Set();

for (const entry of toc.querySelectorAll("a")) {
  const heading = document.getElementById(decodeURIComponent(entry.hash.slice(1)));
  if (heading) entries.set(heading, entry);
}

function mark() {
  const current = [...entries].filter(([heading]) => passed.has(heading)).at(-1)?.[1];
  for (const entry of entries.values()) {
    if (entry === current) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
  }
  // Longer contents than the window scroll by themselves.
  toc.scrollTop = current ? current.offsetTop - toc.clientHeight / 2 : 0;
}

// Whatever is above the window counts as seen, so that a jump over several headings passes all of them.
const reading = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) passed[isIntersecting ? "add" : "delete"](target);
    mark();
  },
  { rootMargin: "1000000% 0px -70% 0px" },
);
for (const heading of entries.keys()) reading.observe(heading);

// In the margin there is room for it; CSS shows it there in any case, this tells screen readers so.
const margin = matchMedia("(min-width: 75rem)");
const unfold = () => (toc.querySelector("details").open = margin.matches);
margin.addEventListener("change", unfold);
if (margin.matches) unfold();
