/** How large the package is that WeChat would load: `npm run size`. The TypeScript is counted as it is written. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./pack.mjs";

/** Files of the package, without what project.config.json leaves out. */
export function files() {
  const { packOptions } = JSON.parse(readFileSync(join(ROOT, "project.config.json"), "utf8"));
  const left = new Set(packOptions.ignore.map((each) => each.value));
  const visit = (folder) => readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (left.has(relative(ROOT, path))) return [];
    return statSync(path).isDirectory() ? visit(path) : [path];
  });
  return visit(ROOT);
}

export function packageBytes() {
  return files().reduce((sum, path) => sum + statSync(path).size, 0);
}

if (process.argv[1]?.endsWith("size.mjs")) {
  const kinds = new Map();
  for (const path of files()) {
    const kind = path.slice(path.lastIndexOf("."));
    kinds.set(kind, (kinds.get(kind) ?? 0) + statSync(path).size);
  }
  for (const [kind, bytes] of [...kinds].sort((one, other) => other[1] - one[1])) console.log(`${kind.padEnd(8)} ${Math.round(bytes / 1024)} KB`);
  console.log(`together ${Math.round(packageBytes() / 1024)} KB of 2048 KB`);
}
