/** The little of Node, and of programs without types, that the tests use. */
declare module "node:fs" {
  export function cpSync(from: string, to: string, options: { recursive: true; filter(path: string): boolean }): void;
  export function existsSync(path: string): boolean;
  export function mkdtempSync(prefix: string): string;
  export function readdirSync(path: string | URL): string[];
  export function readFileSync(path: string | URL, encoding: "utf8"): string;
  export function statSync(path: string): { isDirectory(): boolean; size: number };
  export function writeFileSync(path: string, text: string): void;
}
declare module "node:os" {
  export function tmpdir(): string;
}
declare module "node:path" {
  export function join(...parts: string[]): string;
}
declare module "miniprogram-compiler" {
  const compiler: {
    wxmlToJs(root: string, options?: { wxmlList?: string[]; wxsList?: string[] }): string;
    wxssToJs(root: string, options?: { wxssList?: string[] }): Record<string, string>;
  };
  export default compiler;
}
declare module "*/pack.mjs" {
  export const ROOT: string;
  export function app(): { pages: string[] };
  export function parts(): string[];
  export function config(path: string): { component?: boolean; usingComponents?: Record<string, string> };
  export function templates(): string;
  export function styles(path: string): string;
  export function described(path: string): { path: string; scope: string; config: object; style: string; page: boolean };
}
declare module "*/size.mjs" {
  export function files(): string[];
  export function packageBytes(): number;
}
interface ImportMeta {
  glob<T>(paths: string[]): Record<string, () => Promise<T>>;
}
