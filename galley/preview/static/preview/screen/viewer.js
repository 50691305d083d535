/** On a screen that shows a draft: the draft, and what stands around it. Each part listens to what it needs. */

import { Bar, showStatus } from "./bar.js";
import { Draft } from "./draft.js";
import { followWriting } from "./follow.js";
import { stayOnPage } from "./links.js";
import { showMedia } from "./media.js";
import { takeNotes } from "./notes.js";
import { editOnClick } from "./pick.js";
import { showPresence } from "../presence.js";
import { Settings } from "../settings.js";
import { showLink } from "./shared.js";
import { showWidth } from "./widths.js";

// A frame inside the editor's panel, or inside a screen at a phone's width, uses what stands around it there.
const lent = window.frameElement?.livePreview;
const settings =
  lent?.settings ?? new Settings("screen", { follow: false, width: "full", colour: "device", print: false, folded: false });
const bar = lent?.bar ?? new Bar(settings);
const draft = new Draft(location.pathname, Number(document.getElementById("live-preview-viewer").dataset.maxMessageBytes));
draft.connect();
const parts = [showStatus, showLink, showPresence, showMedia, editOnClick, stayOnPage, followWriting, takeNotes];
for (const addTo of parts) addTo(draft, bar, settings);
if (!lent) {
  bar.show();
  showWidth(draft, bar, settings);
}
