/* The Markdown editor in the admin: EasyMDE, as wagtail-markdown adds it, with Wagtail's choosers and pictures that are
   pasted or dropped.

   EasyMDE's spelling checker loads dictionaries from another host. The browser's own replaces it, and needs a
   contenteditable element. The toolbar leaves out the buttons that open another host, and the preview, which would
   differ from the site's own rendering. The icons are in markdown.css. */

import { bar, fill, pictureFiles, say, sayUploading, stop, upload } from "./uploads.js";

const { imageUrl, pageUrl, documentUrl, textImage, textPage, textDocument, textBrackets, textFailed } = bar.dataset;

/** Insert a link, or a picture with the mark `!`, for what is selected. If that is nothing, the cursor goes where the words belong. */
function insert(codemirror, mark, words, target) {
  const label = codemirror.getSelection() || words.replace(/[[\]\\]/g, "\\$&");
  const { line, ch } = codemirror.getCursor("from");
  codemirror.replaceSelection(`${mark}[${label}](${target})`);
  if (!label) codemirror.setCursor(line, ch + mark.length + 1);
  codemirror.focus();
}

function insertPictures(codemirror, ids) {
  for (const [index, id] of ids.entries()) {
    if (index) codemirror.replaceSelection("\n\n");
    // A single one gets its words next.
    if (ids.length === 1) insert(codemirror, "!", "", `image:${id}`);
    else codemirror.replaceSelection(`![](image:${id})`);
  }
}

/** Open one of Wagtail's choosers. Once it has faded, Wagtail puts the cursor on the button, where a space opens it again. */
function openChooser(codemirror, modal, url, take) {
  jQuery(document.body).one("hidden.bs.modal", () => codemirror.focus());
  new window[modal](url).open({ modelNames: ["wagtailcore.page"] }, (chosen) => take(codemirror, chosen));
}

/** A button that opens a chooser. */
const chooser = (name, title, modal, url, take) => ({
  name,
  title,
  className: `fa fa-${name}`,
  action: ({ codemirror }) => openChooser(codemirror, modal, url, take),
});

window.wagtailMarkdown = {
  options: {
    spellChecker: false,
    nativeSpellcheck: true,
    inputStyle: "contenteditable",
    toolbar: [
      "bold", "italic", "heading", "|",
      "quote", "unordered-list", "ordered-list", "|",
      "link",
      chooser("page", textPage, "PageChooserModal", pageUrl, (codemirror, { id, title }) => insert(codemirror, "", title, `page:${id}`)),
      chooser("document", textDocument, "DocumentChooserModal", documentUrl, (codemirror, { id, title }) => insert(codemirror, "", title, `doc:${id}`)),
      chooser("image", textImage, "ImageChooserModal", imageUrl, (codemirror, chosen) => {
        const words = chosen.default_alt_text ?? "";
        insert(codemirror, "!", words, `image:${chosen.id}`);
        say(words ? "" : textBrackets);
      }),
      "|",
      "code", "table", "|",
      "undo", "redo",
    ],
  },
};

async function addPictures(codemirror, files) {
  const form = codemirror.getWrapperElement().closest("form");
  const ids = [];
  const failures = [];
  for (const [index, file] of files.entries()) {
    sayUploading(index + 1, files.length);
    try {
      ids.push((await upload({ file }, form)).id);
    } catch ({ message }) {
      failures.push(fill(textFailed, { number: index + 1, reason: message }));
    }
  }
  insertPictures(codemirror, ids);
  say([ids.length ? textBrackets : "", ...failures].filter(Boolean).join(" "));
}

/** Take the pictures of a paste or a drop on a Markdown editor; leave it everything else. */
function takePictures(event, data) {
  const codemirror = event.target.closest?.(".CodeMirror")?.CodeMirror;
  const files = pictureFiles(data);
  if (!codemirror || !files.length || data.getData("text/plain")) return;
  stop(event);
  if (event.type === "drop") codemirror.setCursor(codemirror.coordsChar({ left: event.clientX, top: event.clientY }, "window"));
  void addPictures(codemirror, files);
}

document.addEventListener("paste", (event) => takePictures(event, event.clipboardData), { capture: true });
document.addEventListener("drop", (event) => takePictures(event, event.dataTransfer), { capture: true });
