/** Server-sent events from a fetch stream (EventSource cannot send the access token). */
export interface ServerEvent { event: string; data: string; id?: string }

/** Yields events as they arrive; ends with the stream. Source: WHATWG HTML, 9.2.6. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
  let buffer = "";
  let current: { event: string; data: string[]; id?: string } = { event: "message", data: [] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += value;
      // A lone CR at the end may be half of CRLF: it waits for what follows.
      const lines = buffer.split(/\r\n|\n|\r(?!$)/);
      buffer = lines.pop()!;
      for (const line of lines) {
        if (line === "") {
          if (current.data.length) yield { event: current.event, data: current.data.join("\n"), id: current.id };
          current = { event: "message", data: [], id: current.id };
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") current.event = text;
        else if (field === "data") current.data.push(text);
        else if (field === "id" && !text.includes("\0")) current.id = text;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
