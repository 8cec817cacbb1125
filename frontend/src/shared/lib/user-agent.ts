/** What a User-Agent header says about a browser, as far as people tell their devices apart by it. */

export interface Program { browser: string; system: string; phone: boolean }

const BROWSERS: [RegExp, string][] = [[/Edg(e|A|iOS)?\//, "Edge"], [/OPR\//, "Opera"], [/SamsungBrowser\//, "Samsung Internet"], [/Firefox\/|FxiOS\//, "Firefox"], [/Chrome\/|CriOS\//, "Chrome"], [/Safari\//, "Safari"], [/curl\//, "curl"]];
const SYSTEMS: [RegExp, string][] = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Mac OS X|Macintosh/, "macOS"], [/Windows/, "Windows"], [/CrOS/, "ChromeOS"], [/Linux/, "Linux"]];
const first = (table: [RegExp, string][], agent: string) => table.find(([pattern]) => pattern.test(agent))?.[1] ?? "";

export const programOf = (agent: string): Program => ({ browser: first(BROWSERS, agent), system: first(SYSTEMS, agent), phone: /Mobile|Android|iPhone|iPad/.test(agent) });
