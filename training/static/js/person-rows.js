// Adds and removes people on a form in the page. Without this script the same buttons POST, and the
// server renders the form again; the names of the fields are the server's, so both may be mixed.

const ROWS = "[data-row]";

function listen(box) {
  const template = box.querySelector("template");
  const add = box.querySelector("button[name='add']");
  const status = box.querySelector("[data-rows-status]");
  const form = box.closest("form");
  const most = Number(box.dataset.most);
  const rows = () => [...box.querySelectorAll(ROWS)];
  const titleOf = (row) => row.querySelector("[data-row-title]").textContent;

  // Gives every row the number of its place: names, ids, labels, hints and titles.
  function renumber() {
    const all = rows();
    const numbered = new RegExp(`^${box.dataset.name}-(?:\\d+-|__index__-?)`);
    all.forEach((row, index) => {
      for (const element of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
        for (const attribute of ["id", "name", "for", "aria-describedby"]) {
          const value = element.getAttribute(attribute);
          if (value === null) continue;
          const parts = value.split(" ").map((part) => part.replace(numbered, `${box.dataset.name}-${index}-`));
          element.setAttribute(attribute, parts.join(" "));
        }
      }
      const title = box.dataset.pattern.replace("{number}", index + 1);
      row.querySelector("[data-row-title]").textContent = title;
      const remove = row.querySelector("button[name='remove']");
      remove.value = index;
      remove.hidden = all.length === 1;
      remove.setAttribute("aria-label", remove.dataset.label.replace("{row}", title));
    });
    add.hidden = all.length >= most;
    const counting = form.querySelector("[data-row-count-many]");
    if (counting) {
      const sentence = all.length === 1 ? counting.dataset.rowCountOne : counting.dataset.rowCountMany;
      counting.textContent = sentence.replace("{number}", all.length);
    }
  }

  add.addEventListener("click", (event) => {
    event.preventDefault();
    add.parentElement.before(template.content.cloneNode(true));
    renumber();
    const added = rows().at(-1);
    added.querySelector("input:not([type='hidden'])").focus();
    status.textContent = status.dataset.added.replace("{row}", titleOf(added));
  });

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='remove']");
    if (!button) return;
    event.preventDefault();
    const row = button.closest(ROWS);
    const gone = titleOf(row);
    const neighbour = row.previousElementSibling?.matches(ROWS) ? row.previousElementSibling : row.nextElementSibling;
    row.remove();
    renumber();
    (neighbour?.querySelector("input:not([type='hidden'])") ?? add).focus();
    status.textContent = status.dataset.removed.replace("{row}", gone);
  });
}

document.querySelectorAll("[data-rows]").forEach(listen);
