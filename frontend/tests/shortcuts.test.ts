import { Flag } from "lucide-react";
import { expect, test, vi } from "vitest";
import { registerCommands } from "@/shared/commands/registry";
import { bindShortcuts } from "@/shared/commands/shortcuts";

const press = (key: string) => window.dispatchEvent(new KeyboardEvent("keydown", { key, code: `Key${key.toUpperCase()}`, cancelable: true }));

test("the second key of a sequence is not the command that it is alone", () => {
  const alone = vi.fn();
  const sequence = vi.fn();
  const base = { label: "command.add", group: "app", icon: Flag } as const;
  const unregister = registerCommands([{ ...base, id: "alone", keys: ["t"], run: alone }, { ...base, id: "sequence", keys: ["g t"], run: sequence }]);
  const unbind = bindShortcuts(() => ({ tasks: [], go: () => undefined }));
  press("g");
  press("t");
  expect([sequence.mock.calls.length, alone.mock.calls.length]).toEqual([1, 0]);
  press("t");
  expect([sequence.mock.calls.length, alone.mock.calls.length]).toEqual([1, 1]);
  unbind();
  unregister();
});
