/** Says below the slug of a published page how many addresses its change would change. The publish dialog repeats it. */

const slug = document.querySelector("form[data-edit-form] [name=slug]");
const page = location.pathname.match(/^(.*\/pages\/\d+\/)edit\/$/);

if (slug && page) {
  const note = document.createElement("p");
  note.className = "help";
  note.setAttribute("role", "status");
  const before = slug.defaultValue;
  let text;
  slug.closest("[data-field]").append(note);
  const update = async () => {
    const isChanged = slug.value !== before;
    if (isChanged && text === undefined) {
      text = "";
      const response = await fetch(`${page[1]}address-changes/`, { headers: { Accept: "application/json" } });
      if (response.ok) ({ text } = await response.json());
    }
    note.textContent = slug.value !== before ? text : "";
    note.toggleAttribute("data-publish-note", note.textContent !== "");
  };
  for (const event of ["input", "change", "blur"]) slug.addEventListener(event, update);
}
