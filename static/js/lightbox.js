// Shows the images of a gallery enlarged in a dialog, one at a time. Without this script, their links lead to the files.

// The shortest horizontal swipe that shows the next image, in CSS pixels.
const SWIPE = 40;

const linksOf = (gallery) => [...gallery.querySelectorAll("a[data-enlarge]")];

class Lightbox {
  constructor(gallery, link) {
    this.links = linksOf(gallery);
    const template = gallery.querySelector(".lightbox-template");
    this.dialog = template.content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.dialog.querySelector(selector);
    this.dialog.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("keydown", (event) => this.#press(event));
    this.dialog.addEventListener("pointerdown", (event) => (this.touched = event.pointerType === "touch" ? event : null));
    this.dialog.addEventListener("pointerup", (event) => this.#swipe(event));
    this.dialog.addEventListener("pointercancel", () => (this.touched = null));
    this.dialog.addEventListener("close", () => this.#closed());
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.show(this.links.indexOf(link));
  }

  show(index) {
    const count = this.links.length;
    this.index = (index + count) % count;
    const link = this.links[this.index];
    const picture = link.firstElementChild.cloneNode(true);
    for (const source of picture.querySelectorAll("source")) source.sizes = "100vw";
    const img = picture.matches("img") ? picture : picture.querySelector("img");
    img.loading = "eager";
    this.find(".lightbox__picture").replaceChildren(picture);
    this.find("[data-lightbox-place]").textContent = count > 1 ? `${this.index + 1} / ${count}` : "";
    this.find("[data-lightbox-words]").textContent = link.closest("figure").querySelector("figcaption")?.textContent ?? "";
    for (const button of this.dialog.querySelectorAll("[data-lightbox-step]")) button.hidden = count < 2;
  }

  #click(event) {
    const step = event.target.closest("[data-lightbox-step]")?.dataset.lightboxStep;
    if (step) this.show(this.index + Number(step));
    // A click beside the image closes the dialog, too.
    else if (event.target === this.dialog || event.target.closest("[data-lightbox-close]")) this.dialog.close();
  }

  get #isRightToLeft() {
    return getComputedStyle(this.dialog).direction === "rtl";
  }

  #swipe(event) {
    const start = this.touched;
    this.touched = null;
    if (start?.pointerId !== event.pointerId || this.links.length < 2) return;
    const across = event.clientX - start.clientX;
    if (Math.abs(across) < SWIPE || Math.abs(across) < 2 * Math.abs(event.clientY - start.clientY)) return;
    this.show(this.index + (across < 0 === this.#isRightToLeft ? -1 : 1));
  }

  #press(event) {
    const forward = this.#isRightToLeft ? "ArrowLeft" : "ArrowRight";
    const indexes = { Home: 0, End: this.links.length - 1 };
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.show(this.index + (event.key === forward ? 1 : -1));
    else if (event.key in indexes) this.show(indexes[event.key]);
    else return;
    event.preventDefault();
  }

  // The focus moves to the image that was shown last.
  #closed() {
    this.dialog.remove();
    this.links[this.index].focus();
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-enlarge]");
  const wantsNewTab = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (!link || wantsNewTab || event.defaultPrevented) return;
  event.preventDefault();
  new Lightbox(link.closest("[data-gallery]"), link);
});
