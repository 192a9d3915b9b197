/** What outlives the app on this phone. A full or broken storage loses comfort, never a message that was answered. */

export function recall<T>(key: string, otherwise: T): T {
  try {
    const kept: unknown = wx.getStorageSync(key);
    return kept === "" || kept === undefined || kept === null ? otherwise : (kept as T);
  } catch {
    return otherwise;
  }
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
