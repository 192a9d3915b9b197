/** What a person, or the phone, does not let the mini-program use: said so, with the way to where it can be allowed. */
import type { House } from "../house/house";
import { fill } from "../words/words";

/** WeChat's words for a permission that is missing; `cancel` is somebody who thought better of it. */
const DENIED = /auth|permission|privacy|denied/i;
const CANCELLED = /cancel/i;

/** Why something could not be picked or recorded. Nothing is said to who only cancelled. */
export async function notPicked(house: House, error: unknown, what: "microphone" | "album" | "camera" | "location" | "file"): Promise<void> {
  const reason = String((error as { errMsg?: string } | undefined)?.errMsg ?? "");
  const { words } = house;
  if (CANCELLED.test(reason)) return;
  if (!DENIED.test(reason)) {
    wx.showToast({ title: words.code_unknown, icon: "none" });
    return;
  }
  const { confirm } = await wx.showModal({ title: fill(words.not_allowed, words[what]), content: words.not_allowed_hint, confirmText: words.open_settings, cancelText: words.cancel });
  if (confirm) wx.openSetting({ fail: () => undefined });
}
