/** Starts a screen that shows a draft. Each part listens to the draft's events. */

import { showPresenceOnScreen } from "../presence.js";
import { Settings } from "../settings.js";
import { showMedia, showWidth } from "./appearance.js";
import { Bar, showLink, showStatus } from "./bar.js";
import { editOnClick, stayOnPage } from "./click_to_edit.js";
import { Draft } from "./draft.js";
import { followWriting } from "./follow.js";
import { takeNotes } from "./notes.js";

const DEFAULTS = { follow: false, width: "full", colour: "device", print: false, folded: false };

// A frame in the editor's panel inherits its settings; a frame at another width inherits its screen's bar, too.
const inherited = window.frameElement?.livePreview;
const settings = inherited?.settings ?? new Settings("screen", DEFAULTS);
const bar = inherited?.bar ?? new Bar(settings);
const draft = new Draft(location.pathname);
draft.connect();

showStatus(draft, bar);
showLink(draft, bar);
showPresenceOnScreen(draft, bar);
showMedia(draft, bar, settings);
editOnClick(draft, bar);
stayOnPage();
followWriting(draft, settings);
takeNotes(draft);
if (!inherited) {
  bar.show();
  showWidth(draft, bar, settings);
}
