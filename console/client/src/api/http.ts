/** The way to the house: JSON, the session's cookie, the token that proves a change was meant, and errors as the house words them. */

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly retryAfterSeconds: number | null = null) {
    super(message);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;
export interface Ask {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** Sent also where the page goes meanwhile. Browsers refuse more than 64 KiB under way at a time. */
  keepalive?: boolean;
}

const BASE = "/console/api/v1";
let csrf = "";
let signedOut: () => void = () => undefined;

/** The token that every change must show; the session's answer brings it. */
export function showToken(token: string): void {
  csrf = token;
}

/** What to do when the house says that nobody is signed in any more. */
export function whenSignedOut(act: () => void): void {
  signedOut = act;
}

/** The answer's JSON, or null where there is none. Throws ApiError; its code is `offline` when the house was not reached. */
export async function ask(method: string, path: string, { query, body, signal, keepalive }: Ask = {}): Promise<unknown> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-csrf-token"] = csrf;
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await reach(address(path, query), {
    method, headers, credentials: "same-origin", signal: signal ?? null, body: body === undefined ? null : JSON.stringify(body),
    keepalive: keepalive ?? (method !== "GET" && document.visibilityState === "hidden"), // the page may be going
  });
  if (answer.status === 204) return null;
  if (answer.ok) return await answer.json();
  const error = await refusal(answer);
  if (answer.status === 401 && path !== "/session") signedOut();
  throw error;
}

/** The address of a download or a stream: a link carries the cookie by itself. */
export function address(path: string, query: Query = {}): string {
  const chosen = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(chosen.map(([name, value]) => [name, String(value)])).toString();
  return `${BASE}${path}${text && `?${text}`}`;
}

async function reach(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (wrong) {
    if (wrong instanceof DOMException && wrong.name === "AbortError") throw wrong;
    throw new ApiError(0, "offline", String(wrong instanceof Error ? wrong.message : wrong));
  }
}

async function refusal(answer: Response): Promise<ApiError> {
  try {
    const { error } = (await answer.json()) as { error: { code: string; message: string; retry_after_seconds?: number } };
    return new ApiError(answer.status, error.code, error.message, error.retry_after_seconds ?? null);
  } catch {
    return new ApiError(answer.status, "unavailable", `HTTP ${answer.status}`);
  }
}
