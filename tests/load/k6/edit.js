// People work: create, change, complete, and see the change arrive in the trail, which it reaches through Kafka.
import { sleep } from "k6";
import { Trend } from "k6/metrics";
import exec from "k6/execution";
import { arrive, call, floors, steady, summary, think } from "./people.js";

const eventLatency = new Trend("event_latency", true);
const LOOK_EVERY_SECONDS = 0.1;
const WATCHED_SHARE = 5; // one person in five looks: everybody asking all the time would be the load itself
const GIVE_UP_MS = 10_000;

export const options = { ...steady(), thresholds: { ...floors, event_latency: ["p(95)<2000"] } };
export const handleSummary = summary;

export default function () {
  arrive();
  const task = call("POST", "/api/tasks", { title: "Call the dentist about the plan", tags: ["home"] }, "create").json();
  if (exec.vu.idInTest % WATCHED_SHARE === 0) arrival(task.id);
  think();
  call("PATCH", `/api/tasks/${task.id}`, { priority: "high", notes: "in the morning" }, "change");
  think();
  call("POST", `/api/tasks/${task.id}/complete`, null, "complete");
  think();
}

function arrival(id) {
  const committed = Date.now();
  while (Date.now() - committed < GIVE_UP_MS) {
    if (call("GET", `/api/audit?task_id=${id}&limit=1`, null, "trail of one").json().items.length) break;
    sleep(LOOK_EVERY_SECONDS);
  }
  eventLatency.add(Date.now() - committed);
}
