// Messages of the last act: each gets a button that closes it, and is put in its place once more now
// that the page is there, because what stands in a live region from the start is not told.

for (const toasts of document.querySelectorAll("[data-toasts]")) {
  for (const toast of toasts.children) {
    const words = [...toast.childNodes];
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast__close";
    close.setAttribute("aria-label", toasts.dataset.close);
    close.addEventListener("click", () => {
      toast.remove();
      document.querySelector("#main").focus();
    });
    addEventListener("load", () => {
      toast.replaceChildren(...words, close);
    });
  }
}
