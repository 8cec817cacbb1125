import { expect, test } from "vitest";
import type { Task } from "@/shared/api/types";
import type { Command } from "@/shared/commands/types";
import { find, firstOf, type Source } from "@/features/palette/find";

const command = (id: string, label: string, group: Command["group"]) => ({ command: { id, group } as Command, label, text: label.toLowerCase() });
const source: Source = {
  tasks: Array.from({ length: 1000 }, (_, at) => ({ task: { id: `t${at + 1}`, title: `Task ${at + 1}` } as Task, text: `task ${at + 1}` })),
  commands: [command("a", "Add task", "create"), command("b", "Go to Today", "go"), command("c", "Task details", "task"), command("d", "Dark theme", "app")],
  tags: [{ tag: { id: "home", name: "Home" } as Source["tags"][number]["tag"], text: "home" }],
};
const keys = (search: string) => find(source, search).map(({ key, entries }) => [key, entries.map((entry) => entry.key)]);

test("without a word every command stands in its group, and no task", () => {
  expect(keys(" ")).toEqual([["task", ["c"]], ["create", ["a"]], ["go", ["b"]], ["app", ["d"]]]);
});

test("words are found at their starts first, in any order; few tasks are offered, and a search for the rest", () => {
  expect(keys("77 task")).toEqual([["tasks", ["t77", "t770", "t771", "t772", "t773", "t774", "t775", "t776"]], ["search", ["search"]]]);
  expect(keys("det").map(([key]) => key)).toEqual(["task", "search"]);
  expect(keys("#ho")).toEqual([["tags", ["home"]], ["search", ["search"]]]);
});

test("the first frame holds only what fits on the screen", () => {
  expect(firstOf(find(source, ""), 3).map(({ key, entries }) => [key, entries.length])).toEqual([["task", 1], ["create", 1], ["go", 1]]);
});
