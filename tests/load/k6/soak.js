// A working day in small: mostly looking, sometimes writing, for as long as it is told; the memory is watched from outside.
import { arrive, call, steady, summary, think } from "./people.js";

export const options = steady();
export const handleSummary = summary;

export default function () {
  arrive();
  const dice = Math.random();
  if (dice < 0.6) call("GET", "/api/tasks?limit=50", null, "list");
  else if (dice < 0.75) call("GET", "/api/tasks?limit=20&q=dentist", null, "search");
  else if (dice < 0.85) call("GET", "/api/tags", null, "tags");
  else {
    const task = call("POST", "/api/tasks", { title: "Call the dentist about the plan" }, "create").json();
    if (dice > 0.95) call("POST", `/api/tasks/${task.id}/complete`, null, "complete");
  }
  think();
}
