// Adds "your time" to every <time class="t"> whose clock differs from the reader's.
//
// The server writes the wall time with its offset ("2026-05-12T14:00+03:00"), so one element tells
// both the instant and what stands beside it; shared pages stay the same bytes for everybody.

const language = document.documentElement.lang;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
const city = zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });

// "+03:00" → minutes east of UTC; "Z" and "+00:00" are 0.
function offsetOf(text) {
  const match = /([+-])(\d\d):(\d\d)$/.exec(text);
  return match ? (match[1] === "-" ? -1 : 1) * (60 * match[2] + Number(match[3])) : 0;
}

// What the reader's clock shows; with its weekday where that is not the day written beside it.
function reading(instant, dayBeside) {
  const day = `${instant.getFullYear()}-${String(instant.getMonth() + 1).padStart(2, "0")}-${String(instant.getDate()).padStart(2, "0")}`;
  return day === dayBeside ? clock.format(instant) : `${weekday.format(instant)} ${clock.format(instant)}`;
}

export function addYourTimes(root) {
  for (const element of root.querySelectorAll("time.t:not([data-plain])")) {
    const text = element.dateTime;
    const start = new Date(text);
    element.dataset.plain = ""; // done: a list that is replaced is read again
    if (Number.isNaN(start.getTime()) || -start.getTimezoneOffset() === offsetOf(text)) continue;
    const day = text.slice(0, 10);
    let time = reading(start, day);
    if (element.dataset.end) {
      const end = new Date(element.dataset.end);
      const sameDay = end.toDateString() === start.toDateString();
      time += "–" + (sameDay ? clock.format(end) : reading(end, day));
    }
    const line = document.createElement("small");
    line.className = "yours";
    line.textContent = document.body.dataset.yourTime.replace("{time}", time).replace("{city}", city);
    element.parentElement.append(" ", line);
  }
}

addYourTimes(document);
