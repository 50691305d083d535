// Drags a scheduled page to another day. Without it, the link "Move" beside the page does the same.

const days = document.querySelector("[data-calendar]");
const form = document.querySelector("[data-calendar-form]");
let dragged = null;

// Dates in this form are in the order of time as texts.
const isPast = (day) => day.dataset.day < days.dataset.calendar;

function mark(day) {
  days.querySelector(".calendar__day--target")?.classList.remove("calendar__day--target");
  day?.classList.add("calendar__day--target");
}

days.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.textContent.trim());
});

days.addEventListener("dragover", (event) => {
  const day = event.target.closest("[data-day]");
  if (!dragged || !day) return;
  event.preventDefault();
  mark(isPast(day) ? null : day);
});

days.addEventListener("drop", (event) => {
  const day = event.target.closest("[data-day]");
  if (!dragged || !day) return;
  event.preventDefault();
  if (isPast(day)) {
    // Wagtail shows it among its messages, which screen readers read out.
    const detail = { clear: true, text: days.dataset.inPast, type: "error" };
    document.dispatchEvent(new CustomEvent("w-messages:add", { detail }));
  } else if (day !== dragged.closest("[data-day]")) {
    form.action = dragged.dataset.move;
    form.elements.date.value = day.dataset.day;
    form.submit();
  }
});

days.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});
