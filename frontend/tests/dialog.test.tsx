import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Dialog } from "@/shared/ui/dialog";

const page = (dialog: React.ReactNode) => <div id="app"><button>Behind</button>{dialog}</div>;
afterEach(cleanup);

test("focus goes to the text field, and closing gives it back", () => {
  const { rerender } = render(page(null));
  screen.getByText("Behind").focus();
  rerender(page(<Dialog title="Rename" onClose={() => undefined}><input aria-label="Name" /><button>Save</button></Dialog>));
  expect(document.activeElement).toBe(screen.getByLabelText("Name"));
  rerender(page(null));
  expect(document.activeElement).toBe(screen.getByText("Behind"));
});

test("what takes the focus away, like a menu that closes late, does not keep it", () => {
  render(page(<Dialog title="Rename" onClose={() => undefined}><input aria-label="Name" /></Dialog>));
  screen.getByText("Behind").focus();
  expect(document.activeElement).toBe(screen.getByLabelText("Name"));
});

test("Esc closes the upper dialog only, and first asks it", async () => {
  const user = userEvent.setup();
  const [lower, upper, asked] = [vi.fn(), vi.fn(), vi.fn(() => true)];
  render(page(<><Dialog title="Lower" onClose={lower}>a</Dialog><Dialog title="Upper" onClose={upper} onEscape={asked}>b</Dialog></>));
  await user.keyboard("{Escape}");
  expect([asked.mock.calls.length, upper.mock.calls.length, lower.mock.calls.length]).toEqual([1, 0, 0]);
  asked.mockReturnValue(false);
  await user.keyboard("{Escape}");
  expect([upper.mock.calls.length, lower.mock.calls.length]).toEqual([1, 0]);
});

test("it is a modal dialog by its title and text", () => {
  render(page(<Dialog title="Delete?" description="For good." onClose={() => undefined}>x</Dialog>));
  const dialog = screen.getByRole("dialog", { name: "Delete?" });
  expect(dialog.getAttribute("aria-modal")).toBe("true");
  expect(document.getElementById(dialog.getAttribute("aria-describedby")!)!.textContent).toBe("For good.");
});
