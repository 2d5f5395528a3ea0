// Copies what stands in a field. Without this script the button is not there, and the field can be
// selected; browsers let a page copy only over https, or on this computer.

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const status = field.closest(".field").querySelector("[role=status]");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    status.textContent = button.dataset.done;
  } catch {
    status.textContent = button.dataset.failed;
  }
}

if (navigator.clipboard) {
  document.documentElement.classList.add("can-copy");
  // On the page and not on the button, which is another after js/filters.js replaced the list.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}
