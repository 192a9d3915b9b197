/** A text cut at what was found in it, so that each piece is shown once. Pure. `start` and `end` count characters, not halves of them. */

export interface Finding {
  start: number;
  end: number;
  name: string;
  word: string;
  action: string;
}

export interface Piece<F> {
  text: string;
  finding: F | null;
}

export function cut<F extends Finding>(text: string, findings: F[]): Piece<F>[] {
  const letters = [...text];
  const pieces: Piece<F>[] = [];
  let at = 0;
  for (const finding of [...findings].sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (finding.start < at) continue;
    if (finding.start > at) pieces.push({ text: letters.slice(at, finding.start).join(""), finding: null });
    pieces.push({ text: letters.slice(finding.start, finding.end).join(""), finding });
    at = finding.end;
  }
  if (at < letters.length) pieces.push({ text: letters.slice(at).join(""), finding: null });
  return pieces;
}

/** One word a line, none twice, none empty. */
export function lines(text: string): string[] {
  return [...new Set(text.split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean))];
}
