/** How fast people talk, from what was ever said as the page saw it again and again. Pure. */

export interface Sample {
  at: number;
  talk: number;
  present: number;
}

const WINDOW_MS = 60_000;
const LEAST_MS = 3_000;

/** Messages a minute over the last minute seen; null until enough was seen to tell. */
export function perMinute(samples: Sample[]): number | null {
  const last = samples.at(-1);
  const first = last && samples.find((sample) => sample.at >= last.at - WINDOW_MS);
  if (!last || !first || last.at - first.at < LEAST_MS) return null;
  return Math.max(0, Math.round(((last.talk - first.talk) / (last.at - first.at)) * 60_000));
}

/** What was said in each step of time, the last one perhaps not over. */
export function steps(samples: Sample[], stepMs: number): { at: number; said: number; present: number }[] {
  const ends = new Map<number, Sample>();
  for (const sample of samples) ends.set(Math.floor(sample.at / stepMs), sample);
  const seen = [...ends].map(([step, sample]) => ({ at: step * stepMs, sample }));
  return seen.slice(1).map(({ at, sample }, place) => ({
    at, said: Math.max(0, sample.talk - (seen[place]?.sample.talk ?? sample.talk)), present: sample.present,
  }));
}
