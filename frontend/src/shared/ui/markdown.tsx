/**
 * A small, safe part of Markdown as React nodes: paragraphs, headings, lists, check boxes, code,
 * emphasis, links to http, https and mailto. There is no HTML and no image, so task text can neither
 * run anything nor load anything.
 */
import type { ReactNode } from "react";

const INLINE = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(\*[^*\n]+\*|\b_[^_\n]+_\b)|(~~[^~\n]+~~)|\[([^\]\n]{1,300})\]\(([^()\s]{1,2000})\)|(https?:\/\/[^\s<>"'()]+[^\s<>"'().,;:!?])/g;

export function safeHref(address: string): string | null {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function inline(text: string): ReactNode[] {
  const nodes: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, emphasis, struck, label, target, bare] = match;
    nodes.push(text.slice(from, match.index));
    from = match.index + whole.length;
    const key = match.index;
    const href = safeHref(target ?? bare ?? "");
    if (code) nodes.push(<code key={key} className="rounded bg-active px-1 py-px font-mono text-[0.9em]">{code.slice(1, -1)}</code>);
    else if (strong) nodes.push(<strong key={key} className="font-semibold">{strong.slice(2, -2)}</strong>);
    else if (emphasis) nodes.push(<em key={key}>{emphasis.slice(1, -1)}</em>);
    else if (struck) nodes.push(<s key={key}>{struck.slice(2, -2)}</s>);
    else if (href) nodes.push(<a key={key} href={href} target="_blank" rel="noopener noreferrer nofollow" className="break-all text-accent-text underline underline-offset-2">{label ?? bare}</a>);
    else nodes.push(whole);
  }
  nodes.push(text.slice(from));
  return nodes;
}

const ITEM = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;

function block(lines: string[], key: number): ReactNode {
  const heading = /^#{1,4}\s+(.*)$/.exec(lines[0]!);
  if (heading && lines.length === 1) return <p key={key} className="font-semibold">{inline(heading[1]!)}</p>;
  if (lines.every((line) => ITEM.test(line))) {
    const ordered = /^\s*\d/.test(lines[0]!);
    const items = lines.map((line, at) => {
      const [, box, text] = ITEM.exec(line)!;
      return <li key={at} className={box === undefined ? undefined : "list-none -ml-4"}>{box !== undefined && <span aria-hidden>{box === " " ? "☐ " : "☑ "}</span>}{inline(text!)}</li>;
    });
    return ordered ? <ol key={key} className="list-decimal pl-5">{items}</ol> : <ul key={key} className="list-disc pl-5">{items}</ul>;
  }
  return <p key={key}>{lines.flatMap((line, at) => (at ? [<br key={`b${at}`} />, ...inline(line)] : inline(line)))}</p>;
}

export function Markdown({ text }: { text: string }) {
  const blocks: string[][] = [];
  let fenced: string[] | null = null;
  const output: ReactNode[] = [];
  const flush = () => {
    const lines = blocks.pop();
    if (lines?.length) output.push(block(lines, output.length));
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      if (fenced) output.push(<pre key={output.length} className="overflow-x-auto rounded-md bg-active p-2 font-mono text-xs">{fenced.join("\n")}</pre>);
      else flush();
      fenced = fenced ? null : [];
      continue;
    }
    if (fenced) {
      fenced.push(line);
      continue;
    }
    const last = blocks.at(-1);
    const isItem = ITEM.test(line);
    if (!line.trim()) flush();
    else if (!last || isItem !== ITEM.test(last[0]!) || /^#{1,4}\s/.test(line) || /^#{1,4}\s/.test(last[0]!)) {
      flush();
      blocks.push([line]);
    } else last.push(line);
  }
  if (fenced?.length) output.push(<pre key={output.length} className="overflow-x-auto rounded-md bg-active p-2 font-mono text-xs">{fenced.join("\n")}</pre>);
  flush();
  return <div className="flex flex-col gap-2 break-words">{output}</div>;
}
