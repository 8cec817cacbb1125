/** CSV (RFC 4180) to and from rows of text. */

export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/^\uFEFF/, "");
  const separator = /^[^"\n,;]*;/.test(source) ? ";" : ",";
  const endCell = () => {
    row.push(cell);
    cell = "";
  };
  const endRow = () => {
    endCell();
    if (row.some((each) => each !== "")) rows.push(row);
    row = [];
  };
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) endCell();
    else if (char === "\n") endRow();
    else if (char !== "\r") cell += char;
  }
  if (cell || row.length) endRow();
  return rows;
}

/**
 * A cell that a spreadsheet would run as a formula gets an apostrophe in front (ASVS 1.2.10); one that looks guarded already gets
 * another, so that reading takes away exactly what writing added.
 */
const guarded = (text: string) => (/^'*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text);
const unguarded = (text: string) => (/^'+[=+\-@\t\r\n＝＋－＠]/.test(text) ? text.slice(1) : text);
const quote = (text: string) => (/[",\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const formatCsv = (rows: string[][]) => `\uFEFF${rows.map((row) => row.map((cell) => quote(guarded(cell))).join(",")).join("\r\n")}\r\n`;

/** Rows as objects by the names in the first row, which are compared in lower case. */
export function records(rows: string[][]): Record<string, string>[] {
  const [header = [], ...rest] = rows;
  const names = header.map((name) => name.trim().toLowerCase());
  return rest.map((row) => Object.fromEntries(names.map((name, at) => [name, unguarded(row[at] ?? "")])));
}
