// Everybody comes at once to processes that have just started and answered nothing yet: list, search and create without a thought between.
import { call, floors, people, statistics, summary } from "./people.js";

const EACH = 10;

export const options = {
  scenarios: { burst: { executor: "per-vu-iterations", vus: people.length, iterations: EACH, maxDuration: "60s" } },
  thresholds: { http_req_failed: floors.http_req_failed },
  summaryTrendStats: statistics,
};
export const handleSummary = summary;

export default function () {
  call("GET", "/api/tasks?limit=50", null, "list");
  call("GET", "/api/tasks?limit=20&q=dentist", null, "search");
  call("POST", "/api/tasks", { title: "Call the dentist about the plan" }, "create");
}
