/* The banner that says the connection is lost, and how old is what one sees. */

const banner = document.getElementById("connection");
let since = 0;
let ticking = null;

function write(element, seconds) {
  const language = document.documentElement.lang;
  const [value, unit] = seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"] : [Math.floor(seconds / 3600), "hour"];
  element.textContent = new Intl.RelativeTimeFormat(language, { numeric: "always" }).format(-value, unit);
}

function tick() {
  write(banner.querySelector("[data-since]"), Math.max(0, Math.round((Date.now() - since) / 1000)));
}

if (banner) {
  document.addEventListener("live:lost", ({ detail }) => {
    since = detail.since;
    banner.querySelector("[data-lost]").hidden = detail.signedOut;
    banner.querySelector("[data-signed-out]").hidden = !detail.signedOut;
    banner.querySelector("[data-reconnect]").hidden = detail.signedOut;
    banner.hidden = false;
    tick();
    ticking ??= setInterval(tick, 1000);
  });
  document.addEventListener("live:connected", () => {
    banner.hidden = true;
    clearInterval(ticking);
    ticking = null;
  });
  banner.querySelector("[data-reconnect]").addEventListener("click", () => {
    document.dispatchEvent(new CustomEvent("live:reconnect"));
  });
}
