// Reads a calendar from standard input as Thunderbird does, and prints its events as JSON.
import { readFileSync } from "node:fs";
import ICAL from "../data/ical-2.2.1.min.mjs";

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(0));
const calendar = new ICAL.Component(ICAL.parse(text));
const seconds = (time) => {
  if (time.zone !== ICAL.Timezone.utcTimezone) {
    throw new Error(`no UTC: ${time}`);
  }
  return time.toUnixTime();
};
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    starts_at: seconds(event.startDate),
    ends_at: seconds(event.endDate),
    summaries: component.getAllProperties("summary").map((property) => property.getFirstValue()),
    status: component.getFirstPropertyValue("status"),
    sequence: event.sequence,
  };
});
process.stdout.write(JSON.stringify(events));
