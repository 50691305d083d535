/** How drafts are shown to a reader, remembered in the browser. */

/** The settings are `values`, by name. Event `change`, with `{name, value}` as its detail. */
export class Settings extends EventTarget {
  /**
   * @param {string} scope  the panel and the screens have settings of their own
   * @param {object} defaults  the values until the reader chooses others
   */
  constructor(scope, defaults) {
    super();
    this.key = `live-preview.${scope}`;
    this.values = { ...defaults, ...this.stored() };
  }

  set(name, value) {
    if (this.values[name] === value) return;
    this.values[name] = value;
    try {
      localStorage.setItem(this.key, JSON.stringify(this.values));
    } catch {
      // Storage is switched off: the setting lasts as long as the page.
    }
    this.dispatchEvent(new CustomEvent("change", { detail: { name, value } }));
  }

  stored() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }
}

/** Make every control in `root` that names a setting (`data-setting`) show it and change it. */
export function bindControls(root, settings) {
  const controls = [...root.querySelectorAll("[data-setting]")];
  const show = () => {
    for (const control of controls) {
      const value = settings.values[control.dataset.setting];
      if (control.type === "checkbox") control.checked = value;
      else if (control.type === "radio") control.checked = control.value === value;
      else control.value = value;
    }
  };
  for (const control of controls) {
    control.addEventListener("change", () =>
      settings.set(control.dataset.setting, control.type === "checkbox" ? control.checked : control.value),
    );
  }
  settings.addEventListener("change", show);
  show();
}
