/** Taking something from the phone and putting it into a message; recording a voice and playing one. */
import type { Body } from "../../chat/entry";
import { theHouse } from "../../house/house";

const LONGEST_VOICE_MS = 60_000;
const LONGEST_FILM_SECONDS = 60;

export interface Found {
  type: string;
  body: Body;
}

interface Media {
  id: string;
  width?: number;
  height?: number;
  seconds?: number;
  bytes?: number;
  poster?: string;
  name?: string;
}

/** What was picked, uploaded where it must be; undefined when the person thought better of it. */
export async function send(what: string, voice?: { path: string; seconds: number }): Promise<Found | undefined> {
  if (what === "location") return place();
  if (what === "image" || what === "video") return fromAlbum(what);
  if (what === "file") return file();
  if (what === "voice" && voice) {
    const media = await uploaded(voice.path);
    return { type: "voice", body: { media: media.id, seconds: media.seconds ?? voice.seconds } };
  }
  return undefined;
}

async function place(): Promise<Found | undefined> {
  const found = await wx.chooseLocation({}).catch(() => undefined);
  if (!found) return undefined;
  const { latitude, longitude, name, address } = found;
  return { type: "location", body: { latitude: Number(latitude), longitude: Number(longitude), name, address } };
}

async function fromAlbum(kind: "image" | "video"): Promise<Found | undefined> {
  const chosen = await wx.chooseMedia({ count: 1, mediaType: [kind], sizeType: ["compressed"], maxDuration: LONGEST_FILM_SECONDS }).catch(() => undefined);
  const first = chosen?.tempFiles[0];
  if (!first) return undefined;
  const media = await uploaded(first.tempFilePath);
  const size = { width: media.width ?? first.width, height: media.height ?? first.height };
  if (kind === "image") return { type: "image", body: { media: media.id, ...size } };
  return { type: "video", body: { media: media.id, ...size, seconds: media.seconds ?? Math.round(first.duration), ...(media.poster && { poster: media.poster }) } };
}

async function file(): Promise<Found | undefined> {
  const chosen = await wx.chooseMessageFile({ count: 1 }).catch(() => undefined);
  const first = chosen?.tempFiles[0];
  if (!first) return undefined;
  const media = await uploaded(first.path);
  return { type: "file", body: { media: media.id, name: first.name, bytes: media.bytes ?? first.size } };
}

async function uploaded(path: string): Promise<Media> {
  const told = await theHouse().api.upload("/media", path);
  return told.media as Media;
}

/** A voice while a finger is held down. */
export class Recording {
  done: (voice: { path: string; seconds: number }) => void = () => undefined;
  private cancelled = false;
  private manager: WechatMiniprogram.RecorderManager | undefined;

  start(): void {
    this.cancelled = false;
    this.manager ??= this.prepared();
    this.manager.start({ duration: LONGEST_VOICE_MS, sampleRate: 16_000, numberOfChannels: 1, encodeBitRate: 48_000, format: "mp3" });
  }

  stop(cancel: boolean): void {
    this.cancelled = cancel;
    this.manager?.stop();
  }

  private prepared(): WechatMiniprogram.RecorderManager {
    const manager = wx.getRecorderManager();
    manager.onStop(({ tempFilePath, duration }) => {
      if (!this.cancelled) this.done({ path: tempFilePath, seconds: Math.round(duration / 1000) });
    });
    return manager;
  }
}

let player: WechatMiniprogram.InnerAudioContext | undefined;

/** Plays one voice, and stops the one before; an empty address only stops. Gives what plays now. */
export function listen(address: string, ended: () => void): string {
  player?.stop();
  player?.destroy();
  player = undefined;
  if (!address) return "";
  player = wx.createInnerAudioContext();
  player.src = address;
  for (const when of ["onEnded", "onError"] as const) player[when](ended);
  player.play();
  return address;
}
