// People look: a list, the next page, today, tags, the trail.
import { arrive, call, steady, summary, think } from "./people.js";

export const options = steady();
export const handleSummary = summary;

export default function () {
  arrive();
  const page = call("GET", "/api/tasks?limit=50", null, "list").json();
  think();
  if (page && page.next_cursor) {
    call("GET", `/api/tasks?limit=50&cursor=${encodeURIComponent(page.next_cursor)}`, null, "next page");
    think();
  }
  call("GET", "/api/tasks?due=today&sort=due", null, "today");
  think();
  call("GET", "/api/tags", null, "tags");
  think();
  call("GET", "/api/audit?limit=20", null, "trail");
  think();
}
