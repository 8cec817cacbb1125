"use client";
/** Tags as chips with a field behind them: type, pick or make one; Backspace takes the last away. */
import { Plus, X } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { TagDot } from "@/features/tasks/components/marks";
import { useTagColors, useTags } from "./queries";

export const cleanTag = (text: string) => text.trim().replace(/^#/, "").replace(/\s+/g, " ").slice(0, 50);
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export function TagInput({ value, onChange, autoFocus }: { value: string[]; onChange: (tags: string[]) => void; autoFocus?: boolean }) {
  const { t } = useI18n();
  const tags = useTags();
  const colorOf = useTagColors();
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const [focused, setFocused] = useState(Boolean(autoFocus));
  const wanted = cleanTag(text);
  const offers = tags.filter((tag) => !value.some((name) => same(name, tag.name)) && tag.name.toLowerCase().includes(wanted.toLowerCase())).map((tag) => tag.name).slice(0, 8);
  const isNew = wanted !== "" && !tags.some((tag) => same(tag.name, wanted)) && !value.some((name) => same(name, wanted));
  const options = isNew ? [...offers, wanted] : offers;

  const add = (name: string | undefined) => {
    if (name && !value.some((each) => same(each, name))) onChange([...value, name]);
    setText("");
    setActive(0);
  };
  const remove = (name: string) => onChange(value.filter((each) => each !== name));

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setActive((at) => (at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % Math.max(options.length, 1));
    } else if ((event.key === "Enter" || event.key === ",") && (wanted || event.key === "Enter")) {
      if (!wanted && event.key === "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      add(options[active] ?? wanted);
    } else if (event.key === "Backspace" && !text && value.length) remove(value.at(-1)!);
  }

  return (
    <div>
      <div className="flex min-h-8.5 flex-wrap items-center gap-1.5">
        {value.map((name) => (
          <span key={name} className="inline-flex h-6.5 items-center gap-1.5 rounded-full border border-line-strong pl-2 text-[0.8125rem]">
            <TagDot color={colorOf(name)} /> {name}
            <button type="button" aria-label={t("tag.remove", { name })} onClick={() => remove(name)} className="grid size-6 place-items-center rounded-full text-muted hover:bg-active hover:text-fg"><X aria-hidden size={12} /></button>
          </span>
        ))}
        <input
          role="combobox"
          aria-expanded={focused && options.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={focused && options[active] !== undefined ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          aria-label={t("tag.add")}
          placeholder={value.length ? "" : t("tag.add")}
          autoFocus={autoFocus}
          maxLength={60}
          value={text}
          onChange={(event) => { setText(event.target.value); setActive(0); }}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onKeyDown={onKeyDown}
          className="h-7 min-w-16 flex-1 bg-transparent outline-none"
        />
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={t("field.tags")} className={cx("mt-1 flex flex-col", !(focused && options.length) && "hidden")}>
        {options.map((name, index) => (
          <li
            key={name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => { event.preventDefault(); add(name); }}
            className={cx("flex h-8 items-center gap-2.5 rounded-md px-2 text-[0.8125rem]", index === active && "bg-hover")}
          >
            {isNew && index === options.length - 1 ? <><Plus aria-hidden size={14} className="text-accent-text" /> {t("tag.create", { name })}</> : <><TagDot color={colorOf(name)} /> {name}</>}
          </li>
        ))}
      </ul>
    </div>
  );
}
