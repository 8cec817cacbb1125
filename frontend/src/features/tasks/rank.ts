/** A provisional rank between two others, good until the server answers with the real one. */

const LOW = 0x21; // "!" sorts below every letter and digit
const HIGH = 0x7e; // "~" sorts above

/** Text that sorts strictly between `before` and `after` by code unit; empty text is an open end. */
export function rankBetween(before: string, after: string): string {
  let result = "";
  for (let at = 0; at < 200; at++) {
    const low = at < before.length ? before.charCodeAt(at) : LOW;
    const high = after && at < after.length ? after.charCodeAt(at) : HIGH;
    if (high - low > 1) return result + String.fromCharCode(Math.floor((low + high) / 2));
    result += String.fromCharCode(low);
    // Once below `after`, only `before` limits what follows.
    if (low < high) return result + rankAbove(before.slice(at + 1));
  }
  return `${before}~`;
}

function rankAbove(before: string): string {
  for (let at = 0; at < before.length; at++) {
    const low = before.charCodeAt(at);
    if (low < HIGH - 1) return before.slice(0, at) + String.fromCharCode(Math.ceil((low + HIGH) / 2));
  }
  return before + "O";
}

export const compareRank = (a: { rank: string; id: string }, b: { rank: string; id: string }) =>
  a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
