/** Selects the browser's own time zone in the question of the first start. */

const question = document.querySelector(".site-settings-question");
const select = question?.querySelector("select[name=time_zone]");
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

if (select && [...select.options].some((option) => option.value === zone)) {
  select.value = zone;
  question.querySelector("[data-suggested]").hidden = false;
}
