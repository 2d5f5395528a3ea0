// Keys of the workplaces: "/" goes to the search field, "?" shows the keys. Both can be switched off
// in the list of keys (WCAG 2.2, 2.1.4), which remembers it for this browser.

const OFF = "training.keys-off";
const list = document.querySelector("#keys");
const toggle = list?.querySelector("input[type='checkbox']");

if (toggle) {
  toggle.checked = localStorage.getItem(OFF) === null;
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type='search']");
    if (!search) return;
    event.preventDefault();
    search.focus();
  } else if (event.key === "?" && list) {
    event.preventDefault();
    list.togglePopover();
  }
});
