// The sandbox's control API and its stream of events.

async function answered(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

export async function ask(path) {
  return answered(await fetch(`/control${path}`));
}

export async function order(path, body = {}) {
  return answered(await fetch(`/control${path}`, { method: "POST", body: JSON.stringify(body) }));
}

const watchers = new Set();

/** Call `told` with everything that appears on any phone, and with what goes on behind. */
export function watch(told) {
  watchers.add(told);
}

export function openStream() {
  const stream = new EventSource("/control/stream");
  stream.addEventListener("open", () => { document.documentElement.dataset.listening = "yes"; });
  stream.onmessage = (event) => {
    const news = JSON.parse(event.data);
    for (const told of watchers) told(news);
  };
}
