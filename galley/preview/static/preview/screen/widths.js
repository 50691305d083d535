/** The draft at the width of a phone, a tablet or a sheet: in a frame of that width, so that its media queries hold. */

/** In CSS pixels; the sheet is A4. */
const WIDTHS = { phone: 390, tablet: 820 };
const SHEET = 794;

const STYLE = `
  :host { position: fixed; inset: 0; z-index: 2147483646; display: grid; justify-content: center;
          background: #2b2823; padding-block-end: 2.75rem; box-sizing: border-box; }
  iframe { width: var(--width); height: 100%; border: 0; background: #fff; box-shadow: 0 0 2rem #0008; }
  @media print { :host { position: absolute; padding: 0; } iframe { box-shadow: none; } }
`;

/** Let the draft be shown at the width that the settings `width` and `print` ask for, where the screen is wider. */
export function showWidth(draft, bar, settings) {
  const frame = new NarrowFrame(draft, bar, settings);
  const show = () => frame.show(settings.get("print") ? SHEET : WIDTHS[settings.get("width")]);
  const fit = () => {
    for (const control of bar.element.querySelectorAll("[name=width]")) control.disabled = WIDTHS[control.value] > innerWidth;
    bar.element.querySelector(".widths").hidden = WIDTHS.phone > innerWidth;
    show();
  };
  settings.addEventListener("change", show);
  addEventListener("resize", fit);
  fit();
}

class NarrowFrame {
  constructor(draft, bar, settings) {
    this.draft = draft;
    this.lent = { bar, settings };
    this.host = document.createElement("live-preview-frame");
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    this.root = this.host.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [style];
  }

  show(width) {
    if (!width || width > innerWidth) this.leave();
    else this.enter(width);
  }

  enter(width) {
    this.host.style.setProperty("--width", `${width}px`);
    if (this.host.isConnected) return;
    // One screen stays one viewer: while the frame follows the draft, the page behind it rests.
    this.draft.rest();
    document.body.inert = true;
    const frame = document.createElement("iframe");
    frame.title = document.title;
    frame.livePreview = this.lent;
    frame.src = location.href;
    this.root.replaceChildren(frame);
    document.documentElement.append(this.host);
  }

  leave() {
    if (!this.host.isConnected) return;
    this.host.remove();
    document.body.inert = false;
    this.draft.connect();
  }
}
