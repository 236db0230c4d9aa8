// Keyboard of the quick matrix. Without it every cell is an ordinary select.
const form = document.querySelector("form[data-matrix]");
if (form) {
  const rows = [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("select")]);
  const cells = rows.flat();
  const count = form.querySelector("[data-count]");
  const standing = new Map(cells.map((cell) => [cell, cell.previousElementSibling.value]));
  const mark = () => {
    let changed = 0;
    for (const cell of cells) {
      const differs = cell.value !== standing.get(cell);
      cell.parentElement.classList.toggle("k-changed", differs);
      changed += differs;
    }
    count.textContent = changed ? count.dataset.some.replace("{count}", changed) : count.dataset.none;
  };
  const set = (cell, value) => { cell.value = value; mark(); };
  const place = (cell) => {
    const row = rows.findIndex((each) => each.includes(cell));
    return [row, rows[row].indexOf(cell)];
  };
  const move = (cell, down, right) => {
    const [row, column] = place(cell);
    rows[row + down]?.[column + right]?.focus();
  };
  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  form.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[value=check]"));
      return;
    }
    const cell = event.target;
    if (!(cell instanceof HTMLSelectElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows[event.key]) move(cell, ...arrows[event.key]);
    else if (/^[0-4+]$/.test(event.key)) set(cell, event.key);
    else if (event.key.toLowerCase() === "n") set(cell, "N");
    else if (event.key === "Delete" || event.key === "Backspace") set(cell, "");
    else if (event.key === "Enter") location.assign(cell.dataset.url);
    else return;
    event.preventDefault();
  });
  form.addEventListener("change", mark);
  mark();
}
