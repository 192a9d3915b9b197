/** How large the person reads, by WeChat's own setting. Text grows, and what holds it; drawings, faces and bars do not. */
const [SMALLEST, LARGEST] = [0.9, 1.5];

/** A style for `page-meta`: each `font-size` is so many times what it says. WeChat starts the app anew when the setting changes. */
export function sized(): string {
  const { fontSizeScaleFactor: times } = wx.getAppBaseInfo();
  return `--text: ${Math.min(LARGEST, Math.max(SMALLEST, times || 1))}`;
}
