// What only works with the network says so at once, instead of leading to the browser's error page:
// links and forms with "data-needs-network". The words stand hidden on the page ("data-offline").

const notice = document.querySelector("[data-offline]");

function refuse(event) {
  if (navigator.onLine || !event.target.closest("[data-needs-network]")) return;
  event.preventDefault();
  notice.hidden = false;
  notice.scrollIntoView({ block: "center" });
}

if (notice) {
  document.addEventListener("submit", refuse);
  document.addEventListener("click", (event) => event.target.closest("a") && refuse(event));
  window.addEventListener("online", () => (notice.hidden = true));
}
