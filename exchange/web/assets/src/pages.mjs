// What every page loads: the components' own behaviour, then ours. Every page works without it.
import { initAll } from "govuk-frontend";
import { startDrafts } from "./drafts.mjs";
import { startPasskeys } from "./passkeys.mjs";
import { startProgress } from "./progress.mjs";
import { startPrint } from "./print.mjs";
import { startTray } from "./tray.mjs";

initAll();
startDrafts();
startPasskeys();
startProgress();
startPrint();
startTray();
