/* Uploading pictures from the page editor, and the message that says what came of it. */

export const bar = document.querySelector("[data-paste-message]");
const status = bar.querySelector("[role=status]");
const undoButton = bar.querySelector("[data-undo]");
const closeButton = bar.querySelector("[data-close]");
// In the footer, which may be high, so that neither covers the other.
(document.querySelector(".footer") ?? document.getElementById("main")).append(bar.parentElement);

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const undoLabel = undoButton.textContent;
let takeBack = null;

/** Show a message, with a button that calls `undo`, which may be labelled otherwise. */
export function say(text, undo = null, label = undoLabel) {
  status.textContent = text;
  takeBack = undo;
  undoButton.textContent = label;
  undoButton.hidden = !undo;
  closeButton.hidden = !text;
}

undoButton.addEventListener("click", () => {
  const undo = takeBack;
  say("");
  undo?.();
});
closeButton.addEventListener("click", () => say(""));
bar.addEventListener("keydown", ({ key }) => key === "Escape" && say(""));

export const pictureFiles = (data) => [...(data?.files ?? [])].filter(({ type }) => type.startsWith("image/"));

export function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

export const sayUploading = (number, count, undo) => say(fill(bar.dataset.textUploading, { number, count }), undo);

/** Upload a picture: a file, or one from its address. Returns what the chooser knows of it; raises Error with a sentence. */
export async function upload({ file, address }, form) {
  const { uploadUrl, chosenUrl, textRefused } = bar.dataset;
  const body = new FormData();
  if (file) body.append("file", file, file.name || "picture.png");
  else body.append("address", address);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const headers = { "X-Requested-With": "XMLHttpRequest" };
  const answer = await fetch(uploadUrl, { method: "POST", body, headers }).catch(() => null);
  const isJson = answer?.headers.get("Content-Type")?.includes("json");
  const uploaded = answer?.ok && isJson ? await answer.json() : {};
  if (!uploaded.image_id) throw new Error(uploaded.error_message || textRefused);
  const chosen = await fetch(chosenUrl.replace(/\/0\//, `/${uploaded.image_id}/`), { headers }).catch(() => null);
  if (!chosen?.ok) throw new Error(textRefused);
  return (await chosen.json()).result;
}
