// Shows what a session that is planned clashes with, while it is typed. Without this script the
// server shows it when the form is sent, before anything is saved.

const PAUSE = 500;

function listen(box) {
  const form = box.closest("form");
  const status = form.querySelector("[data-clashes-status]");
  let waiting = 0;
  let running = null;
  const keyIn = (part) => part.querySelector("input[name='seen']")?.value ?? "";

  async function ask() {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(box.dataset.address, {
        method: "POST",
        body: new FormData(form),
        signal: running.signal,
      });
      if (!answer.ok) return; // saving says what is wrong
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // What is typed beside the same clashes stays.
      if (keyIn(page) === keyIn(box)) return;
      box.replaceChildren(...page.querySelector("[data-clashes]").childNodes);
      status.textContent = page.querySelector("[data-clashes]").dataset.said;
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // TypeError: no network
    }
  }

  function wait(event) {
    if (box.contains(event.target)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  }

  form.addEventListener("input", wait);
  form.addEventListener("change", wait);
}

document.querySelectorAll("[data-clashes]").forEach(listen);
