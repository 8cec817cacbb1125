/** Programs that speak the Model Context Protocol, and what each wants to be told. */
import type { MessageKey } from "@/shared/i18n";

export interface ConnectClient { id: string; name: string | null; how: MessageKey; config: (url: string) => string }

const json = (value: unknown) => JSON.stringify(value, null, 2);
const HEADERS = { Authorization: "Bearer YOUR_TOKEN" };

export const CLIENTS: ConnectClient[] = [
  { id: "claude", name: "Claude", how: "connect.claude", config: (url) => url },
  { id: "claude-code", name: "Claude Code", how: "connect.claudeCode", config: (url) => `claude mcp add --transport http obsidianlist ${url}` },
  { id: "chatgpt", name: "ChatGPT", how: "connect.chatgpt", config: (url) => url },
  { id: "cursor", name: "Cursor", how: "connect.cursor", config: (url) => json({ mcpServers: { obsidianlist: { url } } }) },
  { id: "vscode", name: "VS Code", how: "connect.vscode", config: (url) => json({ servers: { obsidianlist: { type: "http", url } } }) },
  { id: "other", name: null, how: "connect.other", config: (url) => json({ mcpServers: { obsidianlist: { type: "http", url, headers: HEADERS } } }) },
  { id: "curl", name: "curl", how: "connect.curl", config: (url) => `curl ${url.replace(/\/mcp$/, "/api/tasks")} \\\n  -H "Authorization: ${HEADERS.Authorization}"` },
];
