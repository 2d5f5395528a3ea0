// Ticks and the bar of their acts: how many, all of a table at once, and a run of them with Shift.
// Filters replace lists, and bars with them: so nothing of the page is remembered but the last tick.

let last = null;

const ticksOf = (bar, within = document) => [
  ...within.querySelectorAll(`.bulk-tick input[form="${bar.id}"]`),
];

function show(bar) {
  const chosen = ticksOf(bar).filter((tick) => tick.checked).length;
  const every = bar.querySelector("[data-bulk-every]")?.checked ?? false;
  const words = every ? bar.dataset.every : bar.dataset.pattern.replace("{number}", chosen);
  const count = bar.querySelector("[data-bulk-count]");
  if (count.textContent !== words) count.textContent = words; // the same again would be told again
  bar.classList.toggle("is-live", every || chosen > 0);
  for (const all of document.querySelectorAll(`[data-bulk-all="${bar.id}"]`)) {
    const mine = ticksOf(bar, all.closest("table") ?? document);
    const ticked = mine.filter((tick) => tick.checked).length;
    const box = all.querySelector("input");
    all.hidden = mine.length === 0;
    box.checked = ticked > 0 && ticked === mine.length;
    box.indeterminate = ticked > 0 && ticked < mine.length;
  }
}

function showAll() {
  document.querySelectorAll("[data-bulk]").forEach(show);
}

document.addEventListener("click", (event) => {
  const tick = event.target;
  const bar = tick.matches?.(".bulk-tick input[form]") ? tick.form : null;
  if (!bar?.matches("[data-bulk]")) return;
  const every = ticksOf(bar);
  const [from, to] = [every.indexOf(last), every.indexOf(tick)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) {
    for (const one of every.slice(from, to)) one.checked = tick.checked;
  }
  last = tick;
  show(bar);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-bulk-all]");
  if (all) {
    const bar = document.getElementById(all.dataset.bulkAll);
    const mine = ticksOf(bar, all.closest("table") ?? document);
    for (const tick of mine) tick.checked = event.target.checked;
    show(bar);
  } else if (event.target.matches?.("[data-bulk-every]")) {
    show(event.target.form);
  }
});

document.addEventListener("results", showAll);
addEventListener("pageshow", showAll);
showAll();
