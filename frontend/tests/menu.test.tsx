import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { placeBeside } from "@/shared/ui/floating";
import { found, Menu, MenuChoice, MenuItem, MenuLine } from "@/shared/ui/menu";
import { Popover } from "@/shared/ui/popover";

const chosen = vi.fn();
const named = (name: string) => screen.getByRole("menuitem", { name });
const focused = () => document.activeElement?.textContent;

beforeEach(() => {
  chosen.mockClear();
  // jsdom knows neither media queries nor boxes nor the top layer.
  HTMLElement.prototype.showPopover = function show(this: HTMLElement) { this.style.display = "block"; };
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.spyOn(Element.prototype, "getClientRects").mockReturnValue([{}] as unknown as DOMRectList);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function show() {
  render(
    <main id="content">
      <Menu label="Sort" trigger={<button>Open</button>}>
        <MenuItem onSelect={() => chosen("apple")}>Apple</MenuItem>
        <MenuItem disabled onSelect={() => chosen("apricot")}>Apricot</MenuItem>
        <MenuLine />
        <MenuItem onSelect={() => chosen("banana")}>Banana</MenuItem>
        <MenuItem onSelect={() => chosen("black berry")}>Black berry</MenuItem>
        <MenuChoice checked onSelect={() => chosen("cherry")}>Cherry</MenuChoice>
      </Menu>
      <button>After</button>
    </main>,
  );
  return userEvent.setup();
}

test("Enter on its button opens the menu at its first item, the arrows go round and pass over what is disabled", async () => {
  const user = show();
  const button = screen.getByText("Open");
  expect([button.getAttribute("aria-haspopup"), button.getAttribute("aria-expanded")]).toEqual(["menu", "false"]);
  button.focus();
  await user.keyboard("{Enter}");
  expect(screen.getByRole("menu", { name: "Sort" }).id).toBe(button.getAttribute("aria-controls"));
  expect([button.getAttribute("aria-expanded"), focused()]).toEqual(["true", "Apple"]);
  await user.keyboard("{ArrowDown}");
  expect(focused()).toBe("Banana");
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(focused()).toBe("Cherry");
  await user.keyboard("{Home}");
  expect(focused()).toBe("Apple");
  await user.keyboard("{End}");
  expect(focused()).toBe("Cherry");
  await user.keyboard("{ArrowDown}");
  expect(focused()).toBe("Apple");
});

test("arrow up on the button opens at the last item; a click opens without choosing an item", async () => {
  const user = show();
  screen.getByText("Open").focus();
  await user.keyboard("{ArrowUp}");
  expect(focused()).toBe("Cherry");
  await user.keyboard("{Escape}");
  await user.click(screen.getByText("Open"));
  expect(document.activeElement).toBe(screen.getByRole("menu"));
  await user.keyboard("{ArrowDown}");
  expect(focused()).toBe("Apple");
});

test("Esc closes and gives the focus back, Tab goes on from the button", async () => {
  const user = show();
  screen.getByText("Open").focus();
  await user.keyboard("{ArrowDown}{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(focused()).toBe("Open");
  await user.keyboard("{ArrowDown}{Tab}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(focused()).toBe("After");
});

test("an item is chosen by Enter, Space or a click, once, after the focus is back on the button", async () => {
  const user = show();
  chosen.mockImplementation(() => expect(focused()).toBe("Open"));
  screen.getByText("Open").focus();
  await user.keyboard("{Enter}{Enter}");
  await user.keyboard("{Enter}{End} ");
  await user.click(screen.getByText("Open"));
  await user.click(named("Banana"));
  expect(chosen.mock.calls.flat()).toEqual(["apple", "cherry", "banana"]);
  expect(screen.queryByRole("menu")).toBeNull();
});

test("a disabled item does nothing and leaves the menu open", async () => {
  const user = show();
  await user.click(screen.getByText("Open"));
  await user.click(named("Apricot"));
  expect([chosen.mock.calls.length, screen.getAllByRole("menu").length]).toEqual([0, 1]);
});

test("letters go to the item that begins with them, also with a space in between", async () => {
  const user = show();
  screen.getByText("Open").focus();
  await user.keyboard("{Enter}b");
  expect(focused()).toBe("Banana");
  await user.keyboard("l");
  expect(focused()).toBe("Black berry");
  await user.keyboard("ack b");
  expect([focused(), chosen.mock.calls.length]).toEqual(["Black berry", 0]);
});

test("one letter again and again goes through all items that begin with it", () => {
  const items = ["Banana", "Cherry", "Blackberry"].map((textContent) => ({ textContent }));
  expect([found(items, 0, "b"), found(items, 2, "bb"), found(items, 1, "bl"), found(items, 0, "x")].map((item) => item?.textContent)).toEqual(["Blackberry", "Banana", "Blackberry", undefined]);
});

test("a press outside closes the menu, one on its button too", async () => {
  const user = show();
  await user.click(screen.getByText("Open"));
  await user.click(screen.getByText("After"));
  expect([screen.queryByRole("menu"), focused()]).toEqual([null, "After"]);
  await user.click(screen.getByText("Open"));
  await user.click(screen.getByText("Open"));
  expect(screen.queryByRole("menu")).toBeNull();
});

function Picker() {
  const [open, setOpen] = useState(false);
  return (
    <main id="content">
      <Popover label="Due" open={open} onOpenChange={setOpen} trigger={<button>Open</button>}>
        <input aria-label="Words" />
        <button onClick={() => setOpen(false)}>Today</button>
      </Popover>
    </main>
  );
}

test("a popover takes the focus to its first field, keeps Tab inside and gives the focus back", async () => {
  const user = userEvent.setup();
  render(<Picker />);
  await user.click(screen.getByText("Open"));
  expect(screen.getByRole("dialog", { name: "Due" })).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Words"));
  await user.tab();
  await user.tab();
  expect(document.activeElement).toBe(screen.getByLabelText("Words"));
  await user.tab({ shift: true });
  await user.keyboard("{Enter}");
  expect([screen.queryByRole("dialog"), focused()]).toEqual([null, "Open"]);
});

test("a panel stands below its button, above where there is more room, and never over the edge of the screen", () => {
  const screen = { width: 400, height: 600 };
  const box = { left: 300, right: 380, top: 100, bottom: 130 };
  expect(placeBeside(box, { width: 200, height: 300 }, screen, "end")).toEqual({ left: 180, top: 135, maxHeight: 457 });
  expect(placeBeside(box, { width: 200, height: 300 }, screen, "start").left).toBe(192);
  expect(placeBeside({ ...box, top: 500, bottom: 530 }, { width: 200, height: 300 }, screen, "end")).toEqual({ left: 180, top: 195, maxHeight: 487 });
  expect(placeBeside({ ...box, left: 0, right: 20 }, { width: 200, height: 900 }, screen, "end")).toEqual({ left: 8, top: 135, maxHeight: 457 });
});
