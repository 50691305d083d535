// The switch between paper and night. A choice that equals the system's is forgotten again, so that the page follows it.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const button = document.querySelector("[data-theme-switch]");

const shown = () => root.dataset.theme ?? (system.matches ? "dark" : "light");
const other = () => (shown() === "dark" ? "light" : "dark");

function label() {
  button.querySelector("[data-theme-switch-label]").textContent = `Switch to ${other()} colours`;
}

function remember(theme) {
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

function turn() {
  const theme = other();
  const followsSystem = theme === (system.matches ? "dark" : "light");
  if (followsSystem) delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember(followsSystem ? null : theme);
  label();
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", turn);
  system.addEventListener("change", label);
  label();
}
