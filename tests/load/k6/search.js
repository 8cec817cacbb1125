// People search: one word, two words, a beginning of a word as it is typed, a phrase, and filters beside the text.
import { arrive, call, steady, summary, think } from "./people.js";

const WORDS = ["dentist", "invoice", "garden", "report", "bicycle", "passport", "library", "concert", "kitchen", "budget"];
const VERBS = ["call", "write", "buy", "plan", "check", "send", "review", "book", "clean", "prepare"];
const any = (list) => list[Math.floor(Math.random() * list.length)];

export const options = steady();
export const handleSummary = summary;

export default function () {
  arrive();
  call("GET", `/api/tasks?limit=20&q=${any(WORDS)}`, null, "a word");
  think();
  call("GET", `/api/tasks?limit=20&q=${any(VERBS)}+${any(WORDS)}`, null, "two words");
  think();
  call("GET", `/api/tasks?limit=20&q=${any(WORDS).slice(0, 4)}`, null, "a beginning");
  think();
  call("GET", `/api/tasks?limit=20&q=${any(VERBS)}&priority=high,urgent&due=any`, null, "with filters");
  think();
}
