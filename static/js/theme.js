// The colours of paper or of night. Runs before the first paint, so that a remembered choice doesn't flash.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's colours apply.
  }

  const shown = () => root.dataset.theme ?? (system.matches ? "dark" : "light");
  const other = () => (shown() === "dark" ? "light" : "dark");

  function label(button) {
    button.querySelector("[data-theme-switch-label]").textContent = button.dataset[other()];
  }

  function remember(theme) {
    try {
      if (theme) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
  }

  // A choice that equals the system's is forgotten again, so that the page follows it.
  function turn() {
    const theme = other();
    const followsSystem = theme === (system.matches ? "dark" : "light");
    if (followsSystem) delete root.dataset.theme;
    else root.dataset.theme = theme;
    remember(followsSystem ? null : theme);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      turn();
      label(button);
    });
    system.addEventListener("change", () => label(button));
    label(button);
  });
}
