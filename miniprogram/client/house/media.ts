/** Pictures, voices and files of messages: where they are, and how large they show. */
import type { Row } from "../chat/rows";
import { HOUSE } from "./address";
import type { Api } from "./api";

const WIDEST = 420;
const HIGHEST = 520;
/** One question names at most so many files. */
const MOST_ASKED = 50;
const TOGETHER_MS = 30;
/** A file that is still being made is asked for again. */
const AGAIN_MS = 2_000;
const MOST_AGAIN = 60;
/** A signed address is renewed before its end. */
const MARGIN_MS = 30_000;
/** It works for an hour at least when it is given: what its end seems to be by a phone's wrong clock counts no more than this. */
const SHORTEST_MS = 5 * 60_000;
const LONGEST_MS = 55 * 60_000;

interface Told {
  id: string;
  state?: string;
  url?: string;
  thumbnail?: string;
  jpg?: string;
  percent?: number;
  problem?: string;
}

interface Known extends Told {
  asked: number;
  until: number;
}

export type Dressed = Row & { address?: string; small?: string; poster?: string; frame?: string; width?: number; size?: string; progress?: string };

/** Messages name files by id; their addresses are signed for the person and end, so they are asked for when shown. */
export class Files {
  private readonly known = new Map<string, Known>();
  private wanted = new Set<string>();
  private timer = 0;

  constructor(private readonly api: Api, private readonly changed: () => void) {}

  /** What is known of a file now; what is not known is asked for, and `changed` tells when it is. */
  of(id: string): Told | undefined {
    const known = this.known.get(id);
    if (!known || known.until < Date.now()) this.want(id);
    return known;
  }

  /** Something about it is new. */
  expire(id: string): void {
    const known = this.known.get(id);
    if (!known) return;
    known.until = 0;
    this.changed();
  }

  /** One's own upload: the house has told already. */
  learn(told: Told): void {
    const asked = this.known.get(told.id)?.asked ?? 0;
    const making = told.state !== undefined && told.state !== "ready" && told.problem === undefined && asked < MOST_AGAIN;
    const left = Number(/[?&]e=(\d+)/.exec(told.url ?? "")?.[1] ?? Infinity) - Date.now() - MARGIN_MS;
    const lasts = Math.min(left > 0 ? left : SHORTEST_MS, LONGEST_MS);
    this.known.set(told.id, { ...told, asked: asked + 1, until: Date.now() + (making ? AGAIN_MS : lasts) });
    if (making) setTimeout(() => this.want(told.id), AGAIN_MS);
  }

  private want(id: string): void {
    this.wanted.add(id);
    this.timer ||= setTimeout(() => void this.ask(), TOGETHER_MS);
  }

  private async ask(): Promise<void> {
    const ids = [...this.wanted].slice(0, MOST_ASKED);
    this.wanted = new Set([...this.wanted].slice(MOST_ASKED));
    this.timer = this.wanted.size ? setTimeout(() => void this.ask(), TOGETHER_MS) : 0;
    const told = await this.api.get<{ media: Told[] }>(`/media?ids=${ids.join(",")}`).catch(() => undefined);
    for (const each of told?.media ?? []) this.learn(each);
    const missing = ids.filter((id) => !told?.media.some((each) => each.id === id));
    for (const id of missing) this.known.set(id, { id, asked: 0, until: Date.now() + MARGIN_MS });
    this.changed();
  }
}

/** The row with what its kind needs on the screen. */
export function dress(row: Row, files: Files): Dressed {
  const { body } = row;
  if (row.kind !== "message" || !body || row.type === "text" || row.type === "hidden") return row;
  const file = body.media ? files.of(body.media) : undefined;
  const address = addressOf(file?.url ?? "");
  const progress = file?.percent ? `${file.percent}%` : "";
  if (row.type === "image") return { ...row, address, small: addressOf(file?.thumbnail ?? file?.url ?? ""), frame: frame(body.width ?? 0, body.height ?? 0), progress };
  if (row.type === "video") return { ...row, address, poster: addressOf(file?.thumbnail ?? file?.jpg ?? ""), progress };
  if (row.type === "voice") return { ...row, address, width: 160 + Math.min(60, body.seconds ?? 1) * 4, body: { ...body, seconds: Math.max(1, Math.round(body.seconds ?? 1)) }, progress };
  if (row.type === "file") return { ...row, address, size: sized(body.bytes ?? 0), progress };
  return row;
}

export function addressOf(path: string): string {
  return path.startsWith("/") ? `${HOUSE}${path}` : path;
}

/** As large as it fits, in rpx. */
function frame(width: number, height: number): string {
  if (!width || !height) return "";
  const scale = Math.min(WIDEST / width, HIGHEST / height);
  return `width: ${Math.max(120, Math.round(width * scale))}rpx; height: ${Math.max(120, Math.round(height * scale))}rpx`;
}

function sized(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
