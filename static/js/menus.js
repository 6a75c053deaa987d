/* Menus and confirmations are <details>: they close on Escape, on a press elsewhere, on "close". */

const shut = (details) => {
  details.open = false;
  details.querySelector("summary").focus({ preventScroll: true });
};

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) shut(closer.closest("details"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details[data-menu][open], details[data-confirm][open]");
  if (open) {
    event.preventDefault();
    shut(open);
  }
});

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("form[data-search] input[type=search]");
  if (field && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.focus();
  }
});
