// The contact form's states that only the browser knows. The form works without this.

const form = () => document.querySelector("#contact form");
const status = () => document.querySelector("#contact-status");

// While a field is being checked only its error is replaced, never the field: what is typed stays.
function markField(error) {
  const field = error.closest(".field");
  const isInvalid = error.textContent.trim() !== "";
  field.classList.toggle("field--invalid", isInvalid);
  const control = field.querySelector(".field__control");
  if (isInvalid) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

function explainFailure(httpStatus) {
  const reasons = { 400: "tooLarge", 413: "tooLarge" };
  status().textContent = form().dataset[reasons[httpStatus] ?? "failed"];
}

// What is typed while the message is on its way would be lost with the form.
function holdControls(isHeld) {
  for (const control of form()?.querySelectorAll(".field__control") ?? []) control.readOnly = isHeld;
}

const isSubmission = (event) => event.detail.elt === form();

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.matches(".field__error")) markField(event.target);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isSubmission(event)) holdControls(true);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (isSubmission(event)) holdControls(false);
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (isSubmission(event)) explainFailure(event.detail.xhr.status);
  });
}
