/** The switches in the line over the panel's frame: how the draft is shown there. */

import { bindControls, Settings } from "../settings.js";

/** Keep the panel's settings: its frame takes them over (`viewer.js`), its line shows them. */
export function addToolbar({ panel }) {
  const settings = new Settings("panel", { follow: true, colour: "device", print: false, hasPicked: false });
  panel.settings = settings;
  panel.addEventListener("mounted", ({ detail: line }) => {
    bindControls(line, settings);
    // What somebody has done once they needn't be told again.
    const showHint = () => line.toggleAttribute("data-has-picked", settings.get("hasPicked"));
    settings.addEventListener("change", showHint);
    showHint();
  });
}
