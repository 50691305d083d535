/** On the edit page: notes that readers leave join Wagtail's comments while the page is open. */

/** Show the notes that come for the page that is written in `editor`. */
export function showArrivingNotes(editor) {
  /** What Wagtail's form hasn't sent back yet, by the comment's id. */
  const arrived = new Map();
  let said = "";

  const say = () => {
    const line = editor.panel.container?.querySelector(".live-preview__arrived");
    if (line && line.textContent !== said) line.textContent = said;
  };
  editor.panel.addEventListener("mounted", say);
  document.querySelector('[data-side-panel="comments"]')?.addEventListener("show", () => {
    said = "";
    say();
  });

  editor.addEventListener("message", ({ detail }) => {
    if (detail.type !== "comments") return;
    const isLive = Boolean(window.comments?.commentApp);
    const news = isLive ? detail.comments.filter(({ pk }) => !isKnown(pk)) : detail.comments;
    if (!news.length) return;
    for (const comment of news) arrived.set(comment.pk, { ...detail, comments: [comment] });
    if (isLive) window.comments.commentApp.loadData({ ...detail, comments: news });
    const { textOne, textReload } = editor.panel.template.content.querySelector(".live-preview__arrived").dataset;
    said = (isLive ? textOne : textReload).replace("{note}", () => news.at(-1).text.replaceAll(/\s+/g, " "));
    say();
  });

  // A save answers with the comments that it was sent, and Wagtail shows those alone: what came meanwhile joins again.
  document.addEventListener("w-autosave:success", ({ detail }) => {
    const saved = detail?.data?.comments;
    if (!saved) return;
    for (const { pk } of saved.comments) arrived.delete(pk);
    setTimeout(() => {
      for (const [pk, note] of arrived) if (!isKnown(pk)) window.comments.commentApp.loadData(note);
    });
  });
}

function isKnown(pk) {
  const { comments } = window.comments.commentApp.store.getState().comments;
  return [...comments.values()].some(({ remoteId }) => remoteId === pk);
}
