/** Who the person is: `wx.login`, the house's token for it, and both kept until the token ends. */
import { request } from "./api";
import { Refused } from "./refused";
import { keep, recall } from "./storage";

export interface Person {
  id: string;
  name: string;
  avatar: string;
}

interface Kept {
  token: string;
  ends: number;
  person: Person;
}

/** A token is renewed this long before its end. */
const MARGIN_MS = 60_000;
const KEY = "login";

export class Login {
  private kept: Kept | undefined = recall<Kept | undefined>(KEY, undefined);
  private asked: Promise<string> | undefined;

  constructor(private readonly known: (person: Person) => void) {}

  get person(): Person | undefined {
    return this.kept?.person;
  }

  /** A token that still counts; `fresh` after one was refused. Whoever asks meanwhile gets the same. */
  token(fresh = false): Promise<string> {
    if (!fresh && this.kept && this.kept.ends - MARGIN_MS > Date.now()) return Promise.resolve(this.kept.token);
    this.asked ??= this.ask().finally(() => { this.asked = undefined; });
    return this.asked;
  }

  /** The house says who the person is now: a new name, or after two turned out to be one, a new token. */
  became(person: Person, token?: string): void {
    if (!this.kept) return;
    this.kept = { ...this.kept, person, ...(token && { token }) };
    keep(KEY, this.kept);
    this.known(person);
  }

  forget(): void {
    this.kept = undefined;
    keep(KEY, "");
  }

  private async ask(): Promise<string> {
    const code = await wechatCode();
    const appid = wx.getAccountInfoSync().miniProgram.appId;
    const told = await request<{ token: string; expires_in_seconds: number; user: Person }>("POST", "/login", "", { appid, code });
    this.kept = { token: told.token, ends: Date.now() + told.expires_in_seconds * 1000, person: told.user };
    keep(KEY, this.kept);
    this.known(told.user);
    return told.token;
  }
}

function wechatCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    wx.login({ success: ({ code }) => resolve(code), fail: () => reject(new Refused("offline", "wx.login", true)) });
  });
}
