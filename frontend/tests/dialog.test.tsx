import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Dialog } from "@/shared/ui/dialog";

const page = (dialog: React.ReactNode) => <div id="app"><button>Behind</button>{dialog}</div>;
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

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

test("Tab goes round inside, forwards and backwards, and passes over what cannot have the focus", async () => {
  const user = userEvent.setup();
  // jsdom draws nothing.
  vi.spyOn(Element.prototype, "getClientRects").mockReturnValue([{}] as unknown as DOMRectList);
  render(page(<Dialog title="Rename" onClose={() => undefined}><input aria-label="Name" /><button disabled>Later</button><button tabIndex={-1}>Hidden</button><button>Save</button></Dialog>));
  const [name, save, close] = [screen.getByLabelText("Name"), screen.getByText("Save"), screen.getByRole("button", { name: "Close" })];
  const seen = [];
  for (const shift of [false, false, false, true, true, true]) {
    await user.tab({ shift });
    seen.push(document.activeElement);
  }
  expect(seen).toEqual([save, close, name, close, save, name]);
});

test("with nothing in it that can have the focus, Tab leaves it on the dialog", async () => {
  const user = userEvent.setup();
  render(page(<Dialog title="Wait" hideTitle onClose={() => undefined}>A moment.</Dialog>));
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole("dialog"));
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
