/* Options of the Markdown editor in the admin (EasyMDE, through wagtail-markdown). Its own spelling checker fetches
   dictionaries from another host; the browser's does the same at home, and needs an editable element for it. */
window.wagtailMarkdown = {
  options: { spellChecker: false, nativeSpellcheck: true, inputStyle: "contenteditable" },
};
