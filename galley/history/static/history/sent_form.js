/* What this tab has just sent is in the page's history now. The browser, which stores what isn't saved, needn't offer it as
   lost when the page is opened again (`static/js/unsaved/main.js`). */

const { id, address } = JSON.parse(sessionStorage.getItem("sent-form") ?? "{}");
sessionStorage.removeItem("sent-form");
if (address && address === document.querySelector("[data-edit-address]").dataset.editAddress) {
  const opening = indexedDB.open("unsaved-forms");
  opening.onsuccess = () => opening.result.transaction("forms", "readwrite").objectStore("forms").delete(id);
}
