/** The dialog in which an editor makes links to the draft, and stops them. Its content comes from the server. */

/** Add a button to the panel's line of `editor` that opens the dialog. */
export function addSharing(editor) {
  const template = document.querySelector("template#live-preview-share");
  const dialog = template.content.firstElementChild.cloneNode(true);
  // Beside the edit form, not in it: what is chosen here is no part of the page.
  document.body.append(dialog);
  const sharing = new ShareDialog(dialog, () => editor.panel.page);
  editor.panel.addEventListener("mounted", ({ detail: line }) =>
    line.querySelector("[data-share]").addEventListener("click", () => sharing.open()),
  );
}

class ShareDialog {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {function(): string | undefined} pageId  asked each time: a new page gets its id while it is written
   */
  constructor(dialog, pageId) {
    this.dialog = dialog;
    this.content = dialog.querySelector("[data-share-content]");
    this.pageId = pageId;
    dialog.addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("click", (event) => this.copy(event));
    document.addEventListener("w-autosave:success", () => {
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
      // Told that a script asks, Wagtail answers 403 instead of leading to the login.
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
    // What is new is read out, and the next key belongs to it.
    const news = this.content.querySelector("[data-share-address], [data-share-message]");
    if (news) news.focus();
    else if (!this.dialog.contains(document.activeElement)) this.dialog.querySelector("[data-share-close]").focus();
    news?.select?.();
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
    // Without https a browser keeps the clipboard to itself: then the link stays selected, to be copied by hand.
    navigator.clipboard?.writeText(address.value).then(
      () => (button.textContent = button.dataset.textCopied),
      () => {},
    );
  }
}
