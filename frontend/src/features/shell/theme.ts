/** Lets commands change the theme, which next-themes only offers to components. */
let change: (theme: string) => void = () => undefined;
export const connectTheme = (next: (theme: string) => void) => void (change = next);
export const setTheme = (theme: "light" | "dark" | "system") => change(theme);
