/** "Chrome 142 · Windows" out of a User-Agent; empty where nothing is known. Pure. */
export function browserOf(agent: string): string {
  const browser = [/(MicroMessenger)\/(\d+)/, /(Edg)\w*\/(\d+)/, /(Firefox)\/(\d+)/, /(Chrome)\/(\d+)/, /Version\/(\d+).*(Safari)/].map((pattern) => pattern.exec(agent)).find((found) => found !== null);
  const system = (["Windows", "iPhone", "iPad", "Android", "Mac OS X", "Linux"] as const).find((name) => agent.includes(name));
  const names: Record<string, string> = { MicroMessenger: "WeChat", Edg: "Edge", "Mac OS X": "macOS" };
  const words = browser?.slice(1).sort().reverse() ?? [];
  return [words.map((word) => names[word] ?? word).join(" "), system && (names[system] ?? system)].filter(Boolean).join(" · ");
}
