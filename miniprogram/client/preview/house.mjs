/** A house of one's own in a temporary folder, with the sandbox playing WeChat: for pictures and measurements. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./pack.mjs";

const TOP = join(ROOT, "../..");
const PATIENCE_MS = 90_000;

/** `act` gets the house's address, its demo as `teahouse init --demo` tells it, and `teahouse` itself as a function. */
export async function withHouse(act, environ = {}) {
  const folder = mkdtempSync(join(tmpdir(), "teahouse-"));
  const [port, sandbox] = [await freePort(), await freePort()];
  const env = { ...process.env, TEAHOUSE_VAR: folder, TEAHOUSE_PORT: String(port), TEAHOUSE_SANDBOX_PORT: String(sandbox), TEAHOUSE_WEB_PROCESSES: "2", ...environ };
  const program = join(TOP, ".venv/bin/teahouse");
  const teahouse = (...words) => execFileSync(program, words, { cwd: TOP, env, encoding: "utf8" }).trim();
  const demo = JSON.parse(teahouse("init", "--demo", "--json"));
  const up = spawn(program, ["up", "--sandbox"], { cwd: TOP, env, stdio: "ignore" });
  const ended = new Promise((done) => { up.once("exit", done); });
  try {
    await answers(`http://127.0.0.1:${port}/readyz`);
    await answers(`http://127.0.0.1:${port}/preview/about`);
    return await act({ url: `http://127.0.0.1:${port}`, demo, teahouse });
  } finally {
    up.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answers(address) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await fetch(address).then((answer) => answer.ok, () => false))) {
    if (Date.now() > deadline) throw new Error(`${address} does not answer`);
    await new Promise((done) => { setTimeout(done, 200); });
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
