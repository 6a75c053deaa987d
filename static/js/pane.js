/*
 * Opens links with data-pane beside the page. The address of the page gets ?pane=..., so that the
 * back button closes it, and a copied address opens it again.
 */

const pane = document.getElementById("pane");
const body = document.getElementById("pane-body");
let opener = null;

const paneOf = (address) => new URL(address, location.href).searchParams.get("pane");

function addressWith(url) {
  const address = new URL(location.href);
  if (url) address.searchParams.set("pane", url);
  else address.searchParams.delete("pane");
  return address;
}

async function show(url) {
  if (new URL(url, location.href).origin !== location.origin) return;
  pane.querySelector("[data-pane-page]").href = url;
  pane.hidden = false;
  await window.htmx.ajax("GET", url, { target: body, select: "#detail", swap: "innerHTML" });
  pane.focus({ preventScroll: true });
}

function hide() {
  if (pane.hidden) return;
  pane.hidden = true;
  body.replaceChildren();
  opener?.focus({ preventScroll: true });
  opener = null;
}

function close() {
  history.pushState(null, "", addressWith(null));
  hide();
}

if (pane) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-pane]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    opener = link;
    history.pushState(null, "", addressWith(link.dataset.pane));
    show(link.dataset.pane);
  });
  pane.querySelector("[data-pane-close]").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !pane.hidden && !event.defaultPrevented) close();
  });
  window.addEventListener("popstate", () => {
    const url = paneOf(location.href);
    if (url) show(url);
    else hide();
  });
  if (paneOf(location.href)) show(paneOf(location.href));
}
