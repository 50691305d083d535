/** On a guest's screen: whose draft this is, and until when the link shows it. */

/** Say in the bar what the server tells about the link, with the date as the reader's own clock has it. */
export function showLink(draft, bar) {
  const date = new Intl.DateTimeFormat(bar.language, { dateStyle: "long", timeStyle: "short" });
  draft.addEventListener("message", ({ detail }) => {
    if (detail.type !== "link") return;
    bar.slot("link").textContent = bar.texts.shared
      .replace("{title}", () => detail.title)
      .replace("{date}", () => date.format(new Date(detail.until)));
  });
}
