/** Sends a test of the site's mail, and says what has happened. The form beside it stays as it is. */

for (const panel of document.querySelectorAll(".site-settings-mail")) {
  const status = panel.querySelector("[role=status]");
  panel.querySelector("button")?.addEventListener("click", async ({ currentTarget: button }) => {
    const token = panel.closest("form").elements.csrfmiddlewaretoken.value;
    button.disabled = true;
    status.textContent = "…";
    try {
      const answer = await fetch(panel.dataset.address, { method: "POST", headers: { "X-CSRFToken": token, "X-Requested-With": "XMLHttpRequest" } });
      status.textContent = (await answer.json()).text ?? panel.dataset.failed;
    } catch {
      status.textContent = panel.dataset.failed;
    }
    button.disabled = false;
    button.focus();
  });
}
