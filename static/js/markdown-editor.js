/* Options of the Markdown editor in the admin (EasyMDE, through wagtail-markdown). Its own spelling checker fetches
   dictionaries from another host; the browser's does the same at home, and needs an editable element for it. Of its
   buttons those are left that lead to no other host and show nothing that the site would print differently; their
   icons are in markdown-editor.css. */
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
