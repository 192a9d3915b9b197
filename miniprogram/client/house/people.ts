/** How people look to others. Entries name who spoke; their pictures are asked for when they are on the screen. */
import type { Api } from "./api";
import type { Person } from "./login";
import { addressOf } from "./media";

/** One question names at most so many people. */
const MOST_ASKED = 100;
const TOGETHER_MS = 60;
/** After this a picture is asked for again: its person may have another one. */
const FRESH_MS = 5 * 60_000;
/** Where nothing was answered. */
const AGAIN_MS = 30_000;
/** More are forgotten, the longest known first. */
const MOST_KNOWN = 2_000;

interface Known {
  avatar: string;
  until: number;
}

export class People {
  private readonly known = new Map<string, Known>();
  private readonly wanted = new Set<string>();
  private timer = 0;

  constructor(private readonly api: Api, private readonly me: () => Person | undefined, private readonly changed: () => void) {}

  /** The address of a person's picture; "" where they have none, or it is not known yet: `changed` tells when it is. */
  picture(id: string): string {
    const me = this.me();
    if (id === me?.id) return addressOf(me.avatar);
    const known = this.known.get(id);
    if (id && (!known || known.until < Date.now())) this.want(id);
    return known?.avatar ?? "";
  }

  /** After a while away: who shows is asked for again, and looks as before until then. */
  again(): void {
    for (const known of this.known.values()) known.until = 0;
    if (this.known.size) this.changed();
  }

  forget(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    this.known.clear();
    this.wanted.clear();
  }

  private want(id: string): void {
    this.wanted.add(id);
    this.timer ||= setTimeout(() => void this.ask(), TOGETHER_MS);
  }

  private async ask(): Promise<void> {
    const ids = [...this.wanted].slice(0, MOST_ASKED);
    for (const id of ids) this.learn(id, this.known.get(id)?.avatar ?? "", AGAIN_MS);
    this.timer = this.wanted.size ? setTimeout(() => void this.ask(), TOGETHER_MS) : 0;
    const told = await this.api.get<{ people: Person[] }>(`/people?ids=${ids.join(",")}`).catch(() => undefined);
    if (!told) return;
    const now = new Map(told.people.map(({ id, avatar }) => [id, addressOf(avatar)]));
    let other = false;
    for (const id of ids) {
      const avatar = now.get(id) ?? "";
      other ||= this.known.get(id)?.avatar !== avatar;
      this.learn(id, avatar, FRESH_MS);
    }
    if (other) this.changed();
  }

  private learn(id: string, avatar: string, lasts: number): void {
    this.wanted.delete(id);
    this.known.delete(id);
    this.known.set(id, { avatar, until: Date.now() + lasts });
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value!);
  }
}
