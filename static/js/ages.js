/* Keeps "3 minutes ago" true while the page stays open. */

const STEPS = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [Infinity, "day", 86400]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function update() {
  for (const element of document.querySelectorAll("time[data-age]")) {
    const passed = Math.max(0, (Date.now() - Date.parse(element.dateTime)) / 1000);
    if (passed < 60) continue; // the server's "just now" still holds
    const [, unit, size] = STEPS.find(([limit]) => passed < limit);
    element.textContent = words.format(-Math.floor(passed / size), unit);
  }
}

setInterval(update, 30000);
