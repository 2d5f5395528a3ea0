// Sends a form once, however often its button is pressed: of two answers a browser shows the second,
// and what the first one showed is shown only once.

const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});

// Who comes back to the page as it was may send again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
