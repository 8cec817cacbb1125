// What all scenarios share: the people, their thresholds, and calls that count as failed when they should not have failed.
// Called by k6 with BASE_URL, PEOPLE (a JSON file of tokens) and SECONDS; see tests/load/__main__.py.
import { check, sleep } from "k6";
import { SharedArray } from "k6/data";
import exec from "k6/execution";
import http from "k6/http";

export const base = __ENV.BASE_URL;
export const seconds = Number(__ENV.SECONDS || 30);
export const people = new SharedArray("people", () => JSON.parse(open(__ENV.PEOPLE)));

if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(base)) throw new Error("load goes to 127.0.0.1 only");

// The floors of the product; the goals stand in the table of the run.
export const floors = {
  http_req_failed: ["rate<0.001"],
  "http_req_duration{kind:api}": ["p(95)<500"],
};
export const statistics = ["min", "med", "p(95)", "p(99)", "max", "count"];

export function steady(users = people.length) {
  return {
    scenarios: { people: { executor: "constant-vus", vus: users, duration: `${seconds}s`, gracefulStop: "10s" } },
    thresholds: floors,
    summaryTrendStats: statistics,
    discardResponseBodies: false,
  };
}

/** The headers of this virtual user; each is one person. */
export function me() {
  const person = people[(exec.vu.idInTest - 1) % people.length];
  return { Authorization: `Bearer ${person.token}`, "Content-Type": "application/json" };
}

export function call(method, path, body, name) {
  const answer = http.request(method, base + path, body === null ? null : JSON.stringify(body), {
    headers: me(),
    tags: { kind: "api", name },
    timeout: "30s",
  });
  check(answer, { [`${name} is answered`]: (found) => found.status >= 200 && found.status < 300 });
  return answer;
}

/** A second of thought, more or less: people do not act in step. */
export function think() {
  sleep(0.5 + Math.random());
}

/** At the beginning: within a few seconds of each other, not all in one moment; that is the burst's. */
export function arrive() {
  if (exec.vu.iterationInInstance === 0) sleep(3 * Math.random());
}

/** What k6 hands to the program that started it. */
export function summary(data) {
  return { stdout: JSON.stringify({ metrics: data.metrics }) };
}
