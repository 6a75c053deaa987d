/* Boxes that select rows: all at once, a range with Shift, and how many are selected. */

let lastBox = null;

const scopeOf = (element) => element.closest("form") ?? element.closest("table") ?? document;
const boxes = (scope) => [...scope.querySelectorAll("tbody .select input[type=checkbox]:not(:disabled)")];

function count(scope) {
  const all = boxes(scope);
  const chosen = all.filter((box) => box.checked).length;
  for (const head of scope.querySelectorAll("[data-select-all]")) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  for (const bar of scope.querySelectorAll("[data-selection]")) {
    const text = bar.querySelector(".selection__count");
    text.textContent = chosen === 0 ? text.dataset.none : chosen === 1 ? text.dataset.one : text.dataset.many.replace("%s", chosen);
    for (const button of bar.querySelectorAll("button[data-needs-selection]")) button.disabled = chosen === 0;
  }
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-select-all], .select input[type=checkbox]")) return;
  const scope = scopeOf(target);
  if (target.matches("[data-select-all]")) for (const box of boxes(scope)) box.checked = target.checked;
  count(scope);
});

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("tbody .select input[type=checkbox]")) return;
  const all = boxes(scopeOf(box));
  if (event.shiftKey && all.includes(lastBox)) {
    const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    count(scopeOf(box));
  }
  lastBox = box;
});

const countAll = () => document.querySelectorAll("[data-selection]").forEach((bar) => count(scopeOf(bar)));
document.addEventListener("kept", countAll);
document.addEventListener("htmx:afterSettle", countAll);
countAll();
