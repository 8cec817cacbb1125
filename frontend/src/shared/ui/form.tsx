"use client";
/** Labelled form controls with their error message. */
import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { IconButton } from "./button";

interface FieldProps {
  label: string;
  /** Beside the label, e.g. that the field may stay empty. */
  note?: string;
  hint?: ReactNode; error?: ReactNode; children: (props: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

export function Field({ label, note: beside, hint, error, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline gap-2"><label htmlFor={id} className="text-[0.8125rem] font-medium">{label}</label>{beside && <span className="text-xs text-faint">{beside}</span>}</div>
      {children({ id, "aria-describedby": note ? `${id}-note` : undefined, "aria-invalid": error ? true : undefined })}
      {note && (
        <p id={`${id}-note`} role={error ? "alert" : undefined} className={cx("text-xs", error ? "text-danger" : "text-faint")}>{note}</p>
      )}
    </div>
  );
}

export function TextField({ label, note, hint, error, className, ...rest }: { label: string; note?: string; hint?: ReactNode; error?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return <Field label={label} note={note} hint={hint} error={error}>{(props) => <input className={cx("field", className)} {...props} {...rest} />}</Field>;
}

/** A password with a button that shows it: fewer mistakes than typing it twice. */
export function PasswordField({ label, hint, error, className, ...rest }: { label: string; hint?: ReactNode; error?: string } & Omit<InputHTMLAttributes<HTMLInputElement>, "type">) {
  const { t } = useI18n();
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => (
        <div className={cx("relative", className)}>
          <input className="field pr-10" autoCapitalize="none" autoCorrect="off" spellCheck={false} {...props} {...rest} type={shown ? "text" : "password"} />
          <IconButton icon={shown ? EyeOff : Eye} size={15} label={t(shown ? "auth.hidePassword" : "auth.showPassword")} onClick={() => setShown(!shown)} className="absolute top-1/2 right-1 -translate-y-1/2" />
        </div>
      )}
    </Field>
  );
}

export function SelectField({ label, hint, children, ...rest }: { label: string; hint?: ReactNode } & SelectHTMLAttributes<HTMLSelectElement>) {
  return <Field label={label} hint={hint}>{(props) => <select className="field" {...props} {...rest}>{children}</select>}</Field>;
}

/** A native checkbox in the look of a switch: keyboard, labels and forms work as everywhere. */
export function Switch({ label, hint, checked, onChange, disabled }: { label: string; hint?: string; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div className="flex min-h-10 items-center justify-between gap-4 py-1.5">
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && <p id={`${id}-hint`} className="text-xs text-faint">{hint}</p>}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-describedby={hint ? `${id}-hint` : undefined}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="hit relative h-5.5 w-9.5 shrink-0 appearance-none rounded-full bg-line-strong transition-colors before:absolute before:top-0.5 before:left-0.5 before:size-4.5 before:rounded-full before:bg-white before:shadow before:transition-transform checked:bg-accent checked:before:translate-x-4 disabled:opacity-50"
      />
    </div>
  );
}
