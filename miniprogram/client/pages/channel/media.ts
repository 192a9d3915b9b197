/** Taking something from the phone and putting it into a message; recording a voice and playing one. */
import type { Body } from "../../chat/entry";
import { theHouse } from "../../house/house";
import { notPicked } from "../allowed";

const LONGEST_VOICE_MS = 60_000;
const LONGEST_FILM_SECONDS = 60;

export interface Found {
  type: string;
  body: Body;
}

interface Media {
  id: string;
  /** What the house found it to be, whatever it was taken for. */
  type: string;
  bytes?: number;
  /** What a message about this file says of it, as far as the house knows it already. */
  body?: Body;
}

/** What was picked, uploaded where it must be; undefined when the person thought better of it. */
export async function send(what: string, voice?: { path: string; seconds: number }): Promise<Found | undefined> {
  if (what === "location") return place();
  if (what === "image" || what === "video") return fromAlbum(what);
  if (what === "file") return file();
  if (what === "voice" && voice) {
    const media = await uploaded(voice.path);
    return { type: "voice", body: { seconds: voice.seconds, ...media.body, media: media.id } };
  }
  return undefined;
}

async function place(): Promise<Found | undefined> {
  const found = await wx.chooseLocation({}).catch((error: unknown) => void notPicked(theHouse(), error, "location"));
  if (!found) return undefined;
  const { latitude, longitude, name, address } = found;
  return { type: "location", body: { latitude: Number(latitude), longitude: Number(longitude), name, address } };
}

async function fromAlbum(kind: "image" | "video"): Promise<Found | undefined> {
  const chosen = await wx.chooseMedia({ count: 1, mediaType: [kind], sizeType: ["compressed"], maxDuration: LONGEST_FILM_SECONDS })
    .catch((error: unknown) => void notPicked(theHouse(), error, "album"));
  const first = chosen?.tempFiles[0];
  if (!first) return undefined;
  const media = await uploaded(first.tempFilePath);
  const { width, height } = first as { width?: number; height?: number };
  const size = { width: width || 1, height: height || 1 };
  const seconds = kind === "video" ? { seconds: Math.max(1, Math.round(first.duration)) } : {};
  return { type: media.type, body: { ...(media.type === kind && { ...size, ...seconds }), ...media.body, media: media.id } };
}

async function file(): Promise<Found | undefined> {
  const chosen = await wx.chooseMessageFile({ count: 1 }).catch((error: unknown) => void notPicked(theHouse(), error, "file"));
  const first = chosen?.tempFiles[0];
  if (!first) return undefined;
  const media = await uploaded(first.path);
  return { type: media.type, body: { ...(media.type === "file" && { name: first.name, bytes: first.size }), ...media.body, media: media.id } };
}

async function uploaded(path: string): Promise<Media> {
  const media = (await theHouse().api.upload("/media", path)).media as Media;
  theHouse().files.learn(media as never);
  return media;
}

/** A voice while a finger is held down. */
export class Recording {
  done: (voice: { path: string; seconds: number }) => void = () => undefined;
  failed: (error: { errMsg: string }) => void = () => undefined;
  private cancelled = false;
  private held = false;
  private manager: WechatMiniprogram.RecorderManager | undefined;

  start(): void {
    this.cancelled = false;
    this.held = true;
    this.manager ??= this.prepared();
    this.manager.start({ duration: LONGEST_VOICE_MS, sampleRate: 16_000, numberOfChannels: 1, encodeBitRate: 48_000, format: "mp3" });
  }

  stop(cancel: boolean): void {
    this.cancelled = cancel;
    this.held = false;
    this.manager?.stop();
  }

  private prepared(): WechatMiniprogram.RecorderManager {
    const manager = wx.getRecorderManager();
    manager.onStart(() => this.held || manager.stop()); // the finger was lifted before the phone was ready
    manager.onError((error) => this.failed(error));
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
