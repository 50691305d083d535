/* Options of the Markdown editor in the admin: EasyMDE, as wagtail-markdown adds it.

   EasyMDE's spelling checker loads dictionaries from another host. The browser's own replaces it, and needs a
   contenteditable element. The toolbar leaves out the buttons that open another host, and the preview, which would
   differ from the site's own rendering. The icons are in markdown-editor.css. */
window.wagtailMarkdown = {
  options: {
    spellChecker: false,
    nativeSpellcheck: true,
    inputStyle: "contenteditable",
    toolbar: [
      "bold", "italic", "heading", "|",
      "quote", "unordered-list", "ordered-list", "|",
      "link", "code", "table", "|",
      "undo", "redo",
    ],
  },
};
