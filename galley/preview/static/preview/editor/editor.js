/** Starts the live preview on Wagtail's edit page. Each part listens to the form's and the panel's events. */

import { showPresenceInPanel } from "../presence.js";
import { tellCursor } from "./cursor.js";
import { LiveForm } from "./live_form.js";
import { openFieldsOnClick } from "./open_field.js";
import { LivePanel } from "./panel.js";
import { showNewNotes, showOutline } from "./panel_line.js";
import { addSharing } from "./share.js";
import { editedPage, editForm, onAutosave, showNamedComment } from "./wagtail.js";

function newTabName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function start() {
  const form = editForm();
  const template = document.querySelector("template#live-preview");
  const page = form && editedPage(form);
  if (!template || !page) return;

  const tabAddress = template.dataset.tab.replace("/0/", `/${newTabName()}/`);
  // The editor's socket stands below the tab's address.
  const socketPath = tabAddress + (page.id ? `edit/${page.id}/` : `create/${page.app}/${page.model}/${page.parent}/`);
  const panel = new LivePanel(template, tabAddress, page.id);
  const liveForm = new LiveForm(form, socketPath, Number(template.dataset.maxMessageBytes));
  liveForm.addEventListener("connection", ({ detail }) => panel.showConnection(detail));
  liveForm.addEventListener("about", ({ detail }) => panel.showNotes(detail.notes ?? []));

  addSharing(panel);
  showPresenceInPanel(liveForm, panel);
  tellCursor(liveForm);
  showOutline(liveForm, panel, openFieldsOnClick(liveForm, panel));
  showNewNotes(liveForm, panel);
  showNamedComment();
  panel.show();

  // Autosave gives a new page its id; the draft goes on under that id.
  onAutosave(() => {
    const { id } = editedPage(form) ?? {};
    if (!id || panel.page) return;
    liveForm.send({ type: "saved", page: Number(id) });
    panel.setPage(id);
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
