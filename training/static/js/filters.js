// Narrows a list as one chooses, without loading the page again. Without this script, or when
// anything goes wrong, the form's button does the same.

import { addYourTimes } from "./local-time.js";

let running = null;

function addressOf(form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled).toString();
  return form.getAttribute("action") + (query ? `?${query}` : "");
}

async function show(form) {
  const results = document.querySelector("[data-results]");
  const address = addressOf(form);
  running?.abort();
  running = new AbortController();
  results.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: running.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    results.replaceChildren(...page.querySelector("[data-results]").childNodes);
    addYourTimes(results);
    results.dispatchEvent(new Event("results", { bubbles: true }));
    history.replaceState(null, "", address);
    results.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function listen(form) {
  let typing = 0;
  let asked = addressOf(form);
  const narrow = () => {
    clearTimeout(typing);
    // A field that was typed in says so once more when it is left: perhaps to tick what was found.
    if (addressOf(form) === asked) return;
    asked = addressOf(form);
    show(form);
  };
  form.classList.add("is-live");
  form.addEventListener("change", narrow);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(typing);
    typing = setTimeout(narrow, 300);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    asked = addressOf(form);
    show(form);
  });
}

document.querySelectorAll("form[data-filters]").forEach(listen);
