/**
 * Rich text as it is typed. Wagtail's editor writes its hidden field 250 ms after the last key (`CommentableEditor` in
 * upstream's `draftail.js`, whatever `stateSaveInterval` says); here the same is written at once.
 */

const EDITOR = "[data-draftail-editor-wrapper]";
// Comments are marked in the text while it is edited, and aren't part of it.
const COMMENT = "COMMENT-";

/** Keep the hidden fields of the rich text editors in `form` as what is seen in them. */
export function saveRichTextAtOnce(form) {
  const changes = new MutationObserver((records) => {
    const editors = new Set(records.map(({ target }) => (target.closest ? target : target.parentNode)?.closest(EDITOR)));
    for (const editor of editors) {
      if (!editor) continue;
      save(editor);
      // A letter that the browser itself has put there is known to the editor only in its next task.
      setTimeout(save, 0, editor);
    }
  });
  changes.observe(form, { childList: true, characterData: true, subtree: true });
}

function save(editor) {
  const field = [...editor.parentNode.children].find((sibling) => sibling.draftailEditor);
  const state = field?.draftailEditor.getEditorState();
  if (!state) return;
  const text = JSON.stringify(withoutComments(window.Draftail.serialiseEditorStateToRaw(state)));
  if (text !== field.value) field.value = text;
}

function withoutComments(content) {
  for (const block of content?.blocks ?? []) {
    block.inlineStyleRanges = block.inlineStyleRanges.filter(({ style }) => !style.startsWith(COMMENT));
  }
  return content;
}
