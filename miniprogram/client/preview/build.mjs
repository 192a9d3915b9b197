/** Makes the preview: `node preview/build.mjs [folder]`. The mini-program's own files go in as they are. */
import { cpSync, mkdirSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT, app, described, parts, styles, templates } from "./pack.mjs";

/** Modules that stand only here: one that defines each part before its code runs, and one that runs them in order. */
export function asModules() {
  const list = parts();
  const contents = {
    "templates": () => `export default ${templates()};`,
    "app": () => [
      `import "preview:prepare";`, `import "./app.ts";`,
      ...list.flatMap((path) => [`import "preview:define/${path}";`, `import "./${path}.ts";`]),
      `import { begin } from "./preview/phone.ts";`, `begin(${JSON.stringify(app().pages[0])});`,
    ].join("\n"),
    "prepare": () => `import { prepare } from "./preview/phone.ts"; prepare();`,
  };
  const define = (path) => [
    `import { define } from "./preview/stage.ts";`, `import templates from "preview:templates";`,
    `define(${JSON.stringify(described(path))}, templates);`,
  ].join("\n");
  return {
    name: "mini-program",
    setup(made) {
      made.onResolve({ filter: /^preview:/ }, ({ path }) => ({ path: path.slice("preview:".length), namespace: "preview" }));
      made.onLoad({ filter: /.*/, namespace: "preview" }, ({ path }) => ({
        contents: path.startsWith("define/") ? define(path.slice("define/".length)) : contents[path](), resolveDir: ROOT, loader: "js",
      }));
    },
  };
}

export async function make(folder, options = {}) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: { phone: "preview:app", shell: join(ROOT, "preview/shell.ts") }, bundle: true, outdir: folder, format: "iife",
    platform: "browser", target: "es2022", charset: "utf8", minify: true, legalComments: "none", logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' }, plugins: [asModules()], ...options,
  });
  writeFileSync(join(folder, "phone.css"), `${styles("app")}\n${readFileSync(join(ROOT, "preview/phone.css"), "utf8")}`);
  for (const name of ["phone.html", "index.html", "shell.css"]) cpSync(join(ROOT, "preview", name), join(folder, name));
  cpSync(join(ROOT, "images"), join(folder, "images"), { recursive: true });
}

if (process.argv[1]?.endsWith("build.mjs")) await make(process.argv[2] ?? join(ROOT, "preview/dist"));
