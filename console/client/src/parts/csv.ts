/** Rows of a CSV file as spreadsheets write it: quotes, commas or semicolons or tabs, any line ends, a mark in front. */

export function rows(text: string): string[][] {
  const clean = text.replace(/^\uFEFF/, "");
  const first = clean.slice(0, clean.search(/[\r\n]|$/));
  const comma = [",", ";", "\t"].reduce((best, each) => (first.split(each).length > first.split(best).length ? each : best));
  const all: string[][] = [];
  let row: string[] = [], cell = "", quoted = false;
  for (let at = 0; at < clean.length; at += 1) {
    const letter = clean.charAt(at);
    if (quoted) {
      if (letter === '"' && clean.charAt(at + 1) === '"') { cell += '"'; at += 1; }
      else if (letter === '"') quoted = false;
      else cell += letter;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === comma) { row.push(cell); cell = ""; }
    else if (letter === "\n" || letter === "\r") {
      if (letter === "\r" && clean.charAt(at + 1) === "\n") at += 1;
      row.push(cell); cell = "";
      all.push(row); row = [];
    } else cell += letter;
  }
  if (cell !== "" || row.length) all.push([...row, cell]);
  return all.filter((each) => each.some((one) => one.trim() !== ""));
}

/** Each row by the names of the heading. */
export function records(text: string): Record<string, string>[] {
  const [heading, ...rest] = rows(text);
  return rest.map((row) => Object.fromEntries((heading ?? []).map((name, at) => [name.trim().toLowerCase(), (row[at] ?? "").trim()])));
}
