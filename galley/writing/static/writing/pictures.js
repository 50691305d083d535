/* Several pictures at once, in lists of them: chosen by a button, or dropped. Each is uploaded, then added as a member,
   whose alt text waits to be written. The element of a list has `data-pictures` and a function `takePicture`. */

import { bar, fill, pictureFiles, say, sayUploading, stop, upload } from "./uploads.js";

const MOST_FILES = 200;

async function addPictures(zone, files) {
  const { textAdded, textAlt, textNamed } = bar.dataset;
  const form = zone.closest("form");
  const failures = [];
  for (const [index, file] of files.slice(0, MOST_FILES).entries()) {
    sayUploading(index + 1, files.length);
    try {
      const picture = await upload({ file }, form);
      // The list may have been deleted during the upload.
      if (!zone.isConnected) return say("");
      zone.takePicture(picture);
    } catch ({ message }) {
      failures.push(fill(textNamed, { name: file.name, reason: message }));
    }
  }
  const count = files.length - failures.length;
  return say([count ? `${fill(textAdded, { count })} ${textAlt}` : "", ...failures].filter(Boolean).join(" "));
}

document.addEventListener("click", ({ target }) => {
  const zone = target.closest("[data-upload-pictures]")?.closest("[data-pictures]");
  if (!zone) return;
  const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", multiple: true });
  input.addEventListener("change", () => void addPictures(zone, [...input.files]));
  input.click();
});

const zoneOf = ({ target, dataTransfer }) =>
  dataTransfer?.types.includes("Files") ? target.closest?.("[data-pictures]") : null;

document.addEventListener("dragover", (event) => zoneOf(event) && event.preventDefault(), { capture: true });
document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  const files = pictureFiles(event.dataTransfer);
  if (!zone || !files.length) return;
  stop(event);
  void addPictures(zone, files);
}, { capture: true });
