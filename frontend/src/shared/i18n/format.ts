/**
 * Message formatting: `{name}` is replaced, `{count|one task|# tasks}` picks a plural form
 * (first form for the locale's "one", last form for every other; `#` is the number; a form may hold placeholders).
 */
export type Values = Record<string, string | number>;

const rules = new Map<string, Intl.PluralRules>();
function isOne(locale: string, count: number): boolean {
  let rule = rules.get(locale);
  if (!rule) rules.set(locale, (rule = new Intl.PluralRules(locale)));
  return rule.select(count) === "one";
}

export function formatMessage(locale: string, message: string, values: Values = {}): string {
  return message.replace(/\{(\w+)(?:\|((?:[^|{}]|\{\w+\})*)\|((?:[^|{}]|\{\w+\})*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || other === undefined) return String(value);
    const count = Number(value);
    const form = (isOne(locale, count) ? one : other).replace("#", count.toLocaleString(locale));
    return formatMessage(locale, form, values);
  });
}
