/** The dialog in which an editor makes and stops links to the draft. Its content comes from the server. */

import { onAutosave } from "./wagtail.js";

/** Make the button in the panel's line open the dialog. */
export function addSharing(panel) {
  const template = document.querySelector("template#live-preview-share");
  const dialog = template.content.firstElementChild.cloneNode(true);
  // Outside the edit form: its fields aren't part of the page.
  document.body.append(dialog);
  const sharing = new ShareDialog(dialog, () => panel.page);
  panel.addEventListener("mounted", ({ detail: line }) =>
    line.querySelector("[data-share]").addEventListener("click", () => sharing.open()),
  );
}

class ShareDialog {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {function(): string | undefined} pageId  called each time: a new page gets its id while it is written
   */
  constructor(dialog, pageId) {
    this.dialog = dialog;
    this.content = dialog.querySelector("[data-share-content]");
    this.pageId = pageId;
    dialog.addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("click", (event) => this.copy(event));
    onAutosave(() => {
      if (dialog.open && this.isWaiting) queueMicrotask(() => this.load());
    });
  }

  open() {
    this.dialog.showModal();
    this.load();
  }

  load() {
    const page = this.pageId();
    this.isWaiting = !page;
    if (!page) return this.say(this.dialog.dataset.textUnsaved);
    return this.fetch(this.dialog.dataset.address.replace("/0/", `/${page}/`));
  }

  submit(event) {
    if (event.target.method === "dialog") return;
    event.preventDefault();
    this.fetch(event.target.action, { method: "POST", body: new FormData(event.target) });
  }

  async fetch(address, options) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.content.setAttribute("aria-busy", "true");
    try {
      // For a script's request, Wagtail answers 403 instead of redirecting to the login.
      const answer = await fetch(address, { ...options, headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (answer.ok) this.show(await answer.text());
      else this.say(answer.status === 403 ? this.dialog.dataset.textDenied : this.dialog.dataset.textFailed);
    } catch {
      this.say(this.dialog.dataset.textFailed);
    } finally {
      this.isBusy = false;
      this.content.removeAttribute("aria-busy");
    }
  }

  show(html) {
    this.content.innerHTML = html;
    // Move the focus to the result, so that it is read out.
    const result = this.content.querySelector("[data-share-address], [data-share-message]");
    if (result) result.focus();
    else if (!this.dialog.contains(document.activeElement)) this.dialog.querySelector("[data-share-close]").focus();
    result?.select?.();
    this.dialog.scrollTop = 0;
  }

  say(sentence) {
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = sentence;
    this.content.replaceChildren(line);
  }

  copy({ target }) {
    const button = target.closest("[data-share-copy]");
    if (!button) return;
    const address = this.content.querySelector("[data-share-address]");
    address.select();
    // Without HTTPS, browsers refuse access to the clipboard. The link stays selected, to be copied by hand.
    navigator.clipboard?.writeText(address.value).then(
      () => (button.textContent = button.dataset.textCopied),
      () => {},
    );
  }
}
