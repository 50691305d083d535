/** On a screen that shows a draft: the draft, and what stands around it. Each part listens to what it needs. */

import { Draft } from "./draft.js";
import { stayOnPage } from "./links.js";
import { showPresence } from "./presence.js";
import { showLink } from "./shared.js";
import { showStatus } from "./status.js";

const draft = new Draft(location.pathname);
for (const addTo of [showStatus, showLink, showPresence, stayOnPage]) addTo(draft);
draft.connect();
