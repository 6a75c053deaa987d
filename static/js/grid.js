/*
 * A grid of values behaves like a spreadsheet: arrows and Enter move, a pasted block fills, Ctrl-D
 * copies the value above. Works on <div class="grid" data-grid> with one input a cell.
 */

const cells = (grid) => [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll(".input")]);

function placeOf(rows, input) {
  const row = rows.findIndex((one) => one.includes(input));
  return [row, rows[row]?.indexOf(input) ?? -1];
}

function write(input, value) {
  if (!input || input.readOnly || input.disabled) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] };

document.addEventListener("keydown", (event) => {
  const input = event.target;
  const grid = input.closest?.("[data-grid]");
  if (!grid || !input.matches(".input") || event.altKey) return;
  const rows = cells(grid);
  const [row, column] = placeOf(rows, input);
  if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (row > 0) write(input, rows[row - 1][column].value);
    return;
  }
  const step = input.matches("select") && event.key !== "Enter" ? null : STEPS[event.key];
  const next = step && rows[row + step[0]]?.[column + step[1]];
  if (next) {
    event.preventDefault();
    next.focus();
    next.select?.();
  }
});

document.addEventListener("paste", (event) => {
  const input = event.target;
  const grid = input.closest?.("[data-grid]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!grid || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const rows = cells(grid);
  const [row, column] = placeOf(rows, input);
  const block = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  block.forEach((line, down) => line.forEach((value, right) => write(rows[row + down]?.[column + right], value.trim())));
});
