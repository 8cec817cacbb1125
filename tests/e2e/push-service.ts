/**
 * A push service on this machine, for a browser that cannot reach Google's: takes messages at the one origin the bundle is told to
 * allow (PUSH_ALLOWED_TEST_ORIGIN), and decrypts them as the browser would (RFC 8291).
 */
import ece from "http_ece";
import { createECDH, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";

/** Where the bundle under test may send pushes on this machine; run.sh sets it. */
export const PUSH_ORIGIN = process.env.PUSH_ALLOWED_TEST_ORIGIN;
export interface PushMessage { title: string; body: string; task_id?: string; actions?: { action: string; title: string; token?: string }[] }

/** There is one allowed origin, and tests run side by side: whoever comes second waits. */
export async function listen(server: Server): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once("error", resolve).listen(Number(new URL(PUSH_ORIGIN!).port), "127.0.0.1", () => resolve(null));
    });
    if (!error) return;
    if (error.code !== "EADDRINUSE" || attempt > 240) throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export class PushService {
  readonly messages: { path: string; payload: string; message: PushMessage }[] = [];
  private readonly keys = createECDH("prime256v1");
  private readonly secret = randomBytes(16);
  /** The bundle may remember the devices of an earlier run. */
  private readonly run = randomBytes(6).toString("hex");
  private readonly server: Server;

  constructor() {
    this.keys.generateKeys();
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const payload = (ece.decrypt(Buffer.concat(parts), { version: "aes128gcm", privateKey: this.keys, authSecret: this.secret }) as Buffer).toString();
        this.messages.push({ path: request.url!, payload, message: JSON.parse(payload) as PushMessage });
        response.writeHead(201).end();
      });
    });
  }

  start = (): Promise<void> => listen(this.server);
  stop = () => void this.server.close();

  path = (name: string) => `/${this.run}/${name}`;

  /** What the browser would have got from its own push service. */
  subscription(name: string) {
    return {
      endpoint: `${PUSH_ORIGIN}${this.path(name)}`,
      keys: { p256dh: this.keys.getPublicKey().toString("base64url"), auth: this.secret.toString("base64url") },
    };
  }
}
