/**
 * Whether the socket still lives, and how long to stay away from a server that does not answer. WeChat gives
 * JavaScript no pings and may drop a socket without a word: what counts is the time since the last frame.
 */

export const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 15_000;
/** A freshly opened socket that has not said `welcome` by then is given up. */
export const PATIENCE_MS = 10_000;
/** A request without an answer for this long means a socket that lost it: a new one asks again. */
export const ANSWER_MS = 20_000;
/** After coming back to the foreground, an answer to a ping is due in this time. */
export const PROOF_MS = 3_000;

export class Monitor {
  private heard = 0;
  private failures = 0;
  private told: number | undefined;

  /** `random` gives numbers from 0 up to 1. */
  constructor(private readonly random: () => number = Math.random) {}

  /** Milliseconds between pings, as the server asked for. */
  heartbeat = 25_000;

  opened(now: number): void {
    this.heard = now;
  }

  received(now: number): void {
    this.heard = now;
  }

  /** Two heartbeats without one frame: the socket is dead, whatever it says of itself. */
  stale(now: number): boolean {
    return now - this.heard > 2 * this.heartbeat;
  }

  /** The server answers again. */
  welcomed(): void {
    this.failures = 0;
    this.told = undefined;
  }

  /** The server names the time to stay away, once. */
  bye(milliseconds: number): void {
    this.told = Math.max(0, Math.min(milliseconds, 60_000));
  }

  /** Milliseconds until the next attempt: doubling, bounded, and never the same for everybody. */
  pause(): number {
    if (this.told !== undefined) {
      const told = this.told;
      this.told = undefined;
      return told + this.random() * FIRST_PAUSE_MS;
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return longest * (0.5 + this.random() / 2);
  }
}
