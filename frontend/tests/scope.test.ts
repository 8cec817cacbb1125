import { afterEach, beforeEach, expect, test } from "vitest";
import type { Task } from "@/shared/api/types";
import { disconnectOutbox, outbox } from "@/features/tasks/outbox";
import { acceptOffer, offerScope, scopeOffer, withdrawOffer } from "@/features/tasks/scope";

const ZONE = "Europe/Berlin";
const occurrence = { id: "t", title: "Stretch", status: "open", recurring_task_id: "s", occurrence_key: "2026-12-01T09:00:00", due_at: "2026-12-01T08:00:00Z", due_on: null, due_tz: ZONE } as Task;
beforeEach(withdrawOffer);
afterEach(disconnectOutbox);

test("changes of one occurrence add up to one offer, and accepting it sends them for the whole scope", () => {
  offerScope(occurrence, { title: " Stretch well " }, ZONE);
  offerScope(occurrence, { priority: "high" }, ZONE);
  expect(scopeOffer.get()).toMatchObject({ template: { title: "Stretch well", priority: "high" } });
  acceptOffer(scopeOffer.get()!, "following");
  expect(outbox.get().changes).toMatchObject([{ action: "change-series", seriesChange: { id: "s", scope: "following", occurrence_key: occurrence.occurrence_key, template: { priority: "high" } } }]);
  expect(scopeOffer.get()).toBeNull();
});

test("another time of the same day can be taken over, another day is a matter of the rule", () => {
  offerScope(occurrence, { due_at: "2026-12-01T10:30:00", due_tz: ZONE, due_on: null }, ZONE);
  expect(scopeOffer.get()).toMatchObject({ time: "10:30" });
  withdrawOffer();
  offerScope(occurrence, { due_at: "2026-12-02T09:00:00", due_tz: ZONE, due_on: null }, ZONE);
  expect(scopeOffer.get()).toBeNull();
  offerScope(occurrence, { due_on: "2026-12-01", due_at: null }, ZONE);
  expect(scopeOffer.get()).toMatchObject({ time: null });
});

test("a task that does not repeat, and a reminder at a moment of its own, offer nothing", () => {
  offerScope({ ...occurrence, recurring_task_id: null }, { title: "x" }, ZONE);
  expect(scopeOffer.get()).toBeNull();
  offerScope(occurrence, { reminders: [{ at: "2026-12-01T07:00:00Z" }] }, ZONE);
  expect(scopeOffer.get()).toBeNull();
});
