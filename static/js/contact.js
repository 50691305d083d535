// The states of the contact form that only the browser knows. The form works without this script.

const form = () => document.querySelector("#contact form");
const status = () => document.querySelector("#contact-status");

// When a field is validated, only its error is replaced. The field itself stays, with the text in it.
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

// The answer replaces the form, and with it any text that is typed while the message is being sent.
function setReadOnly(isReadOnly) {
  for (const control of form()?.querySelectorAll(".field__control") ?? []) control.readOnly = isReadOnly;
}

const isSubmission = (event) => event.detail.elt === form();

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.matches(".field__error")) markField(event.target);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isSubmission(event)) setReadOnly(true);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (isSubmission(event)) setReadOnly(false);
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (isSubmission(event)) explainFailure(event.detail.xhr.status);
  });
}
