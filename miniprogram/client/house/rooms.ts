/** The rooms a person may see, with what is unread in their channels. */
import type { Entry } from "../chat/entry";
import { COUNTED } from "../chat/entry";
import type { Subscription } from "../socket/subscriptions";
import type { Api } from "./api";
import type { Refused } from "./refused";
import { keep, recall } from "./storage";

export interface Channel {
  id: string;
  name: string;
  unread: number;
  mentions: number;
  tip: number;
  read: number;
  /** The other one, where it is a channel of two. */
  direct?: { id: string; name: string };
}

export interface Room {
  id: string;
  name: string;
  locked: boolean;
  member: boolean;
  by_request: boolean;
  verified: boolean;
  /** Its members may talk alone. */
  direct?: boolean;
  channels: Channel[];
}

export class Rooms {
  all: Room[] = recall<Room[]>("rooms", []).filter((room) => Array.isArray(room?.channels));
  /** Why the last refresh failed. */
  trouble: Refused | undefined;
  loaded = false;

  constructor(private readonly api: Api, private readonly changed: () => void) {}

  async refresh(): Promise<void> {
    try {
      const told = await this.api.get<{ rooms: Room[] }>("/rooms");
      this.all = told.rooms;
      this.trouble = undefined;
      keep("rooms", this.all);
    } catch (error) {
      this.trouble = error as Refused;
    }
    this.loaded = true;
    this.changed();
  }

  room(id: string): Room | undefined {
    return this.all.find((room) => room.id === id);
  }

  channel(id: string): { room: Room; channel: Channel } | undefined {
    for (const room of this.all) {
      const channel = room.channels.find((each) => each.id === id);
      if (channel) return { room, channel };
    }
    return undefined;
  }

  get unread(): number {
    return this.all.reduce((sum, room) => sum + room.channels.reduce((some, each) => some + each.unread, 0), 0);
  }

  /** A channel that is followed live knows better than the list. */
  heard(id: string, entry: Entry, one: Subscription): void {
    const found = this.channel(id);
    if (!found || !COUNTED.includes(entry.op)) return;
    found.channel.unread = one.unread;
    found.channel.mentions = one.mentions;
    this.changed();
  }

  /** A channel that is only watched. */
  tip(id: string, unread: number, mentions: number): void {
    const found = this.channel(id);
    if (!found) return;
    Object.assign(found.channel, { unread, mentions });
    this.changed();
  }

  seen(id: string): void {
    const found = this.channel(id);
    if (!found || (!found.channel.unread && !found.channel.mentions)) return;
    found.channel.unread = 0;
    found.channel.mentions = 0;
    this.changed();
  }
}
