/** Pictures, voices and files of messages: where they are, and how large they show. */
import type { Row } from "../chat/rows";
import { HOUSE } from "./address";

const WIDEST = 420;
const HIGHEST = 520;

/** The row with what its kind needs on the screen. */
export function dress(row: Row): Row & { address?: string; poster?: string; frame?: string; width?: number; size?: string } {
  const { body } = row;
  if (row.kind !== "message" || !body || row.type === "text") return row;
  const address = addressOf((body as { url?: string }).url ?? "");
  if (row.type === "image") return { ...row, address, frame: frame(body.width ?? 0, body.height ?? 0) };
  if (row.type === "video") return { ...row, address, poster: addressOf(body.poster ?? "") };
  if (row.type === "voice") return { ...row, address, width: 160 + Math.min(60, body.seconds ?? 1) * 4 };
  if (row.type === "file") return { ...row, address, size: sized(body.bytes ?? 0) };
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
