/**
 * After `npm install`: completes package-lock.json with the binaries of other platforms.
 *
 * A registry mirror that holds only Linux binaries makes npm leave the others out of the lock, and
 * `npm ci` then refuses the lock. Their entries follow from the exact versions their parent asks for
 * and from the platform in their names; an optional package of another platform is never fetched.
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = process.argv[2] ?? new URL("../package-lock.json", import.meta.url).pathname;
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const CPUS = { arm64: "arm64", x64: "x64", arm: "arm", ia32: "ia32", riscv64: "riscv64", s390x: "s390x", ppc64: "ppc64", ppc64le: "ppc64", loong64: "loong64", wasm32: "wasm32", mips64el: "mips64el" };

const lock = JSON.parse(readFileSync(FILE, "utf8"));
let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!/^\d/.test(version) || lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    const parts = name.split(/[/-]/);
    const os = SYSTEMS.find((system) => parts.includes(system));
    const cpu = parts.map((part) => CPUS[part]).find(Boolean);
    if (!os && !cpu) continue;
    lock.packages[`node_modules/${name}`] = { version, ...(cpu && { cpu: [cpu] }), ...(entry.dev && { dev: true }), optional: true, ...(os && { os: [os] }) };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} packages of other platforms added`);
