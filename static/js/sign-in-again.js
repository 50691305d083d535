/**
 * Lets an author whose session has ended sign in over the page editor, and go on.
 *
 * Wagtail sends an autosave with the CSRF token that the page was loaded with. Without a session it is redirected to the
 * sign-in, and with an old token it is refused: Wagtail calls both a server error. Here the server is asked who is signed
 * in. For the author, every token on the page is renewed and the save is repeated. For anybody else, a dialog opens.
 */

const template = document.querySelector("template#sign-in-again");
export const texts = template.dataset;
export const editForm = () => document.querySelector("form[data-edit-form]");

/** @returns {string} the CSRF token of a form; Wagtail's form for an account has two fields for it, which are no single element */
export const readToken = (form) => new FormData(form).get("csrfmiddlewaretoken");

/** Tells every tab of the site that somebody has signed in: other editors, and the sockets of the live preview. */
export const signedIn = new BroadcastChannel("signed-in");

/** @returns {object | undefined} Wagtail's controller of autosave, if the form has one */
export const autosaveOf = (form) => window.wagtail?.app?.getControllerForElementAndIdentifier(form, "w-autosave");

/**
 * @param {FormData} [body]  what to send with a POST
 * @returns {Promise<{user, name, token} | {cause?: string} | null>} who is signed in; for nobody, why a POST was refused, if
 *   that isn't only for its token; null if the site can't be reached
 */
async function askWhoIsSignedIn(method = "GET", body = undefined) {
  const headers = { "X-Requested-With": "XMLHttpRequest" };
  if (method === "POST") headers["X-CSRFToken"] = readToken(editForm());
  try {
    const response = await fetch(texts.session, { method, headers, body, cache: "no-store", redirect: "manual" });
    if (response.status >= 500) return null;
    if (response.headers.get("Content-Type")?.startsWith("application/json")) return await response.json();
    // Not an answer of a view: of Django's limits on what is sent, or of something in front of the site.
    const reasons = { 400: texts.textTooLong, 413: texts.textTooLarge };
    const cause = reasons[response.status] ?? texts.textRefused.replace("{status}", response.status);
    return method === "POST" && response.status >= 400 ? { cause } : {};
  } catch {
    return null;
  }
}

/** Who opened the page. The token on the page proves that nobody else has signed in since. */
const askForAuthor = () => askWhoIsSignedIn("POST").then((session) => ({ name: texts.textUnknown, ...session }));
let author = editForm() && askForAuthor();

/** @returns {Promise<string | undefined>} why the form as it is now can't be sent, though its author is signed in */
export const explainRefusal = async () => (await askWhoIsSignedIn("POST", new FormData(editForm())))?.cause;

/**
 * Renew every token on the page if the author is signed in.
 *
 * @returns {Promise<{state: "ready" | "signed-out" | "no-access" | "other" | "refused" | "unreachable", user?, name?, token?, cause?}>}
 */
export async function renewSession() {
  const session = await askWhoIsSignedIn();
  if (!session) return { state: "unreachable" };
  if (session.cause) return { state: "no-access", cause: session.cause };
  if (!session.user) return { state: "signed-out" };
  if ((await author).cause) author = askForAuthor();
  const { user, name, cause } = await author;
  if (cause) return { state: "refused", cause };
  if (session.user !== user) return { state: "other", author: name, ...session };
  useToken(session.token);
  return { state: "ready" };
}

function useToken(token) {
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
  if (window.wagtailConfig) window.wagtailConfig.CSRF_TOKEN = token;
}

/** @returns {string} the text for a session, with its names */
export const withNames = (text, session) => text.replace(/{(other|author)}/g, (_, who) => session[who === "other" ? "name" : who] ?? "");

/** The dialog. It takes the focus only when a button was pressed: it may open while the author writes. */
class SignInDialog {
  constructor() {
    this.element = template.content.querySelector("dialog");
    editForm()?.after(this.element); // The page that copies another has none.
    this.wasDeclined = false;
    this.part("close").addEventListener("click", () => this.end(false));
    this.part("save-as").addEventListener("click", () => this.saveAsOther());
    this.part("sign-out").addEventListener("click", () => this.signOut());
    this.part("go-on").addEventListener("click", () => this.goOn());
    this.declineOnEscape = ({ key }) => key === "Escape" && this.end(false);
    this.element.addEventListener("keydown", this.declineOnEscape);
    this.element.addEventListener("cancel", () => this.end(false));
    // In another tab, or in the frame's last page.
    signedIn.addEventListener("message", () => this.lookAgain());
    addEventListener("focus", () => this.lookAgain());
  }

  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  /** Open it for an autosave, unless it is open or was declined. */
  offer(session, save) {
    if (this.wasDeclined || this.element.open) return;
    // Wagtail refuses an autosave in another name: it would overwrite the author's own.
    this.whenDone = (how) => how && (how === true ? save() : editForm().requestSubmit());
    this.show(session);
    this.element.open = true;
  }

  /** Open it for a button. @returns {Promise<boolean | string>} whether to do what the button says */
  demand(session) {
    this.show(session);
    this.element.open = false;
    this.element.showModal();
    return new Promise((resolve) => (this.whenDone = resolve));
  }

  show(session) {
    if (session.state === this.session?.state && session.user === this.session.user) return;
    this.session = session;
    const isOther = session.state === "other";
    this.say(isOther ? "textOther" : "textSignedOut");
    this.part("save-as").hidden = this.part("sign-out").hidden = !isOther;
    this.part("new-tab").hidden = isOther;
    this.part("close").hidden = false;
    this.part("go-on").hidden = true;
    this.part("frame").replaceChildren(...(isOther ? [] : [this.makeFrame()]));
  }

  /** Write the texts of the state, which stand in attributes. */
  say(name) {
    for (const element of this.element.querySelectorAll("[data-text-other]")) {
      element.textContent = withNames(element.dataset[name] ?? element.dataset.textOther, this.session);
    }
  }

  /** The server's own sign-in, of as many pages as it has. */
  makeFrame() {
    const frame = document.createElement("iframe");
    frame.src = texts.session;
    frame.title = this.part("frame").dataset.title;
    frame.addEventListener("load", () => {
      // A page that forbids frames, or one of another host, can't be read. There is a link to it.
      const page = frame.contentDocument;
      frame.hidden = !page;
      page?.head.append(document.querySelector("#sign-in-again-style").cloneNode());
      page?.documentElement.classList.add("sign-in-again-page");
      page?.addEventListener("keydown", this.declineOnEscape);
      const content = page?.querySelector("main");
      const fit = () => (frame.style.blockSize = `${content.offsetHeight}px`);
      if (content) new frame.contentWindow.ResizeObserver(fit).observe(content);
      if (this.element.matches(":modal")) page?.querySelector("input:not([type=hidden])")?.focus();
      if (page?.location.pathname.endsWith("/recovery-codes/")) this.showCodes();
      else this.goOn();
    });
    return frame;
  }

  /** The recovery codes of a new second factor stay until the author has kept them, perhaps in another window. */
  showCodes() {
    this.hasCodes = true;
    this.session = {}; // Whatever the server says next is shown.
    this.say("textCodes");
    this.part("new-tab").hidden = this.part("close").hidden = true;
    this.part("go-on").hidden = false;
  }

  goOn() {
    this.hasCodes = false;
    return this.lookAgain();
  }

  async lookAgain() {
    if (!this.element.open || this.hasCodes) return;
    const session = await renewSession();
    if (!this.element.open || session.state === "unreachable" || session.state === "no-access") return;
    if (session.state === "ready") this.end(true);
    else this.show(session);
  }

  /** @param {boolean | string} how  whether to go on: true as the author, or the text of `saveAsOther` */
  end(how) {
    const { whenDone } = this;
    if (!whenDone) return;
    this.whenDone = this.session = null;
    this.hasCodes = false;
    this.wasDeclined = !how;
    this.element.close();
    this.part("frame").replaceChildren();
    if (how) signedIn.postMessage(null);
    whenDone(how);
  }

  /** Save in another name than the author's. Wagtail redirects a user who may not edit the page, and would drop the text. */
  async saveAsOther() {
    const { session } = this;
    const response = await fetch(editForm().action, { redirect: "manual" }).catch(() => null);
    if (!response?.ok) {
      this.say("textRefused");
      this.part("save-as").hidden = true;
      return;
    }
    author = session;
    useToken(session.token);
    this.end("in another name");
  }

  async signOut() {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.session.token);
    await fetch(texts.signOut, { method: "POST", body, redirect: "manual" }).catch(() => null);
    await this.lookAgain();
  }
}

export const dialog = new SignInDialog();

/** @returns {Promise<boolean | string>} whether the author is signed in and the form's token is fresh; asks for the sign-in */
export async function ensureSession() {
  const session = await renewSession();
  if (session.state === "ready") return true;
  if (session.state === "signed-out" || session.state === "other") return dialog.demand(session);
  const text = session.cause ?? texts.textUnreachable;
  const type = session.cause ? "server_error" : "network_error";
  tellFailure({ error: new TypeError(text), text, type, isFinal: session.state === "no-access" });
  return false;
}

/** Let Wagtail show that the page isn't saved, and why. */
export function tellFailure(detail) {
  editForm().dispatchEvent(new CustomEvent("w-autosave:error", { bubbles: true, detail: { ...detail, isChecked: true } }));
}
