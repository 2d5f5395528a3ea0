// A link with data-dialog shows its page above this one. Whatever goes wrong, it leads there instead.

const dialog = document.querySelector("#dialog");
const body = dialog?.querySelector("[data-dialog-body]");
let opener = null;

async function open(link) {
  const answer = await fetch(link.href);
  if (dialog.open) return; // asked for twice
  // Elsewhere than asked for: signed out meanwhile, or gone.
  if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  for (const form of main.querySelectorAll("form")) {
    // An address left out is that of the form's own page.
    if (!form.getAttribute("action")) form.setAttribute("action", link.href);
  }
  main.querySelectorAll("input[type='hidden'][id]").forEach((hidden) => hidden.removeAttribute("id"));
  const title = main.querySelector("h1");
  if (title) {
    title.id = "dialog-title";
    dialog.setAttribute("aria-labelledby", title.id);
  }
  body.replaceChildren(...main.childNodes);
  opener = link;
  dialog.showModal();
  (body.querySelector("[autofocus], input:not([type='hidden']), select, textarea") ?? dialog).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  } else if (event.target === dialog) {
    dialog.close(); // beside it
  }
});

dialog?.addEventListener("close", () => {
  body.replaceChildren();
  opener?.focus();
});
