/** What outlives the app on this phone. A full or broken storage loses comfort, never a message that was answered. */

/** What was kept, or `otherwise` where it is nothing of that kind: a list, a word, an object. */
export function recall<T>(key: string, otherwise: T): T {
  try {
    const kept: unknown = wx.getStorageSync(key);
    return kept !== "" && kept !== undefined && kept !== null && kindOf(kept) === kindOf(otherwise ?? {}) ? (kept as T) : otherwise;
  } catch {
    return otherwise;
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}

export function keep(key: string, value: unknown): void {
  try {
    wx.setStorageSync(key, value);
  } catch {
    // Full: what is kept here can be made again.
  }
}

export function forget(key: string): void {
  try {
    wx.removeStorageSync(key);
  } catch {
    // As above.
  }
}
