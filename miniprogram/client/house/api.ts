/** `/api/v1` over `wx.request`, with the person's token, which is renewed once where it has ended. */
import { HOUSE } from "./address";
import type { Login } from "./login";
import { Refused } from "./refused";

type Method = "GET" | "POST" | "PUT" | "DELETE";
type Answer = Record<string, unknown>;

const PATIENCE_MS = 15_000;

export class Api {
  constructor(private readonly login: Login) {}

  get<T = Answer>(path: string): Promise<T> {
    return this.call<T>("GET", path);
  }

  post<T = Answer>(path: string, body: Answer = {}): Promise<T> {
    return this.call<T>("POST", path, body);
  }

  put<T = Answer>(path: string, body: Answer = {}): Promise<T> {
    return this.call<T>("PUT", path, body);
  }

  delete<T = Answer>(path: string): Promise<T> {
    return this.call<T>("DELETE", path);
  }

  /** Uploads a picture, a voice or a file. Gives the server's `media`. */
  upload(path: string, filePath: string): Promise<Answer> {
    return this.signed((token) => new Promise((resolve, reject) => {
      wx.uploadFile({
        url: `${HOUSE}/api/v1${path}`, filePath, name: "file", header: { Authorization: `Bearer ${token}` },
        success: ({ statusCode, data }) => answered(statusCode, parsed(data), resolve, reject),
        fail: () => reject(offline()),
      });
    }));
  }

  private call<T>(method: Method, path: string, body?: Answer): Promise<T> {
    return this.signed((token) => request<T>(method, path, token, body));
  }

  /** A token that the house takes no more, whatever the phone's clock says of it, is replaced once. */
  private async signed<T>(ask: (token: string) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.login.token());
    } catch (error) {
      const { code } = error as Refused;
      if (code !== "expired" && code !== "unauthenticated") throw error;
      return ask(await this.login.token(true));
    }
  }
}

/** One request. Rejects with Refused: what the house said, or `offline`. */
export function request<T>(method: Method, path: string, token: string, body?: Answer): Promise<T> {
  return new Promise((resolve, reject) => {
    wx.request({
      url: `${HOUSE}/api/v1${path}`, method, timeout: PATIENCE_MS,
      header: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
      ...(body && { data: JSON.stringify(body) }),
      success: ({ statusCode, data }) => answered(statusCode, data as Answer, resolve as (told: Answer) => void, reject),
      fail: () => reject(offline()),
    });
  });
}

function answered(status: number, told: Answer, resolve: (told: Answer) => void, reject: (no: Refused) => void): void {
  if (status >= 200 && status < 300) resolve(told ?? {});
  else reject(Refused.of((told?.error as Answer | undefined) ?? { code: status === 404 ? "not_found" : "unavailable" }));
}

function parsed(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}

function offline(): Refused {
  return new Refused("offline", "offline", true);
}
