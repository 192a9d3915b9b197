/** Which part of a long timeline is on the screen: a window of entries that moves with the reading. Pure. */

/** Rows on the screen at most; more would make each change slow. */
export const SHOWN = 120;
/** Enough to fill a screen. These are drawn first, so that they are there soon; the others follow when they are seen. */
export const FIRST = 16;
/** How far the window moves at its end. */
const STEP = 40;

export class Window {
  private from = 0;
  private to = Infinity;
  private most = FIRST;

  /** From and up to which index of `size` entries is shown. */
  range(size: number): { from: number; to: number } {
    const to = Math.min(this.to, size);
    const from = this.to === Infinity ? Math.max(0, size - this.most) : Math.max(0, Math.min(this.from, to - 1));
    return { from, to: this.to === Infinity ? Infinity : to };
  }

  /** True until `widen`: no more than the first screen is shown. */
  get narrow(): boolean {
    return this.most < SHOWN;
  }

  widen(): void {
    this.most = SHOWN;
  }

  /** True while the newest is shown, and what comes after it will be. */
  get atEnd(): boolean {
    return this.to === Infinity;
  }

  /** Towards older entries. False when the first one is shown already. */
  up(size: number): boolean {
    const { from } = this.range(size);
    if (from === 0) return false;
    this.from = Math.max(0, from - STEP);
    this.to = Math.min(size, this.from + SHOWN);
    return true;
  }

  /** Towards newer entries. False when the newest is shown already. */
  down(size: number): boolean {
    if (this.atEnd) return false;
    this.to += STEP;
    if (this.to >= size) this.to = Infinity;
    else this.from = Math.max(0, this.to - SHOWN);
    return true;
  }

  toEnd(): void {
    this.to = Infinity;
  }

  /** What comes from now on moves nothing out of sight. */
  hold(size: number): void {
    if (this.atEnd && size > SHOWN) [this.from, this.to] = [size - SHOWN, size];
  }

  /** So that the entry at `index` is in the middle. */
  around(index: number, size: number): void {
    this.widen();
    this.from = Math.max(0, index - SHOWN / 2);
    this.to = this.from + SHOWN;
    if (this.to >= size) this.to = Infinity;
  }
}
