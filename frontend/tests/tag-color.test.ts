import { expect, test } from "vitest";
import { colorOfName } from "@/features/tags/color";

test("a new tag has the colour that the server will give it", () => {
  // The same names as in tests/unit/domain/test_task.py.
  expect(["home", "HOME", "work", "garden", "Küche", "日本"].map(colorOfName)).toEqual(["purple", "purple", "red", "green", "teal", "red"]);
});
