// Some people who talk in the tea house, by the mini-program's own door, while pictures of the console are taken.
const NAMES = ["阿青", "老周", "听雨", "小满", "陆羽", "半山", "竹影", "青瓷", "若水", "南枝", "知秋", "云间"];
const LINES = ["今天的龙井到了，明前的，谁来尝？", "算我一个！", "水要几度？", "八十五度左右，别太烫", "有没有会弹古琴的朋友", "上周那位先生弹得真好", "外面下雨了，路上小心",
  "到了到了，靠窗那张桌子", "<b>加粗试试</b> 看来没用", "好茶！", "再来一壶", "三点，老地方"];
const EVERY_MS = 1500;

/** They are there until the browser is closed. */
export async function invite(browser, house, sandbox, accounts, channels) {
  const appid = accounts.find(({ kind }) => kind === "mini_program").appid;
  const tokens = await Promise.all(NAMES.map(async (name) => {
    const { code } = await told(await fetch(`${sandbox}/control/login_code`, json({ appid })));
    const { token } = await told(await fetch(`${house}/api/v1/login`, json({ appid, code })));
    await told(await fetch(`${house}/api/v1/me`, { ...json({ name }, { authorization: `Bearer ${token}` }), method: "PATCH" }));
    return token;
  }));
  const page = await browser.newPage();
  await page.goto(`${house}/healthz`);
  await page.evaluate(talk, { tokens, channels: channels.map(({ id }) => id), lines: LINES, everyMs: EVERY_MS });
  await page.waitForTimeout(LINES.length * EVERY_MS);
  return page;
}

/** Runs in the page. Two of three sit in the first channel. */
function talk({ tokens, channels, lines, everyMs }) {
  const sockets = tokens.map((token, number) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`, "teahouse.v1");
    const channel = channels[number % 3 === 2 ? 1 : 0];
    socket.onopen = () => {
      socket.send(JSON.stringify({ op: "hello", id: 1, token }));
      socket.send(JSON.stringify({ op: "enter", id: 2, channel }));
    };
    setInterval(() => socket.readyState === 1 && socket.send(JSON.stringify({ op: "ping", id: 3 })), 15_000);
    return { socket, channel };
  });
  let turn = 0;
  setInterval(() => {
    const { socket, channel } = sockets[(turn * 5) % sockets.length];
    if (socket.readyState === 1) socket.send(JSON.stringify({ op: "say", id: 4, channel, client_id: crypto.randomUUID(), type: "text", body: { text: lines[turn % lines.length] } }));
    turn += 1;
  }, everyMs);
}

function json(body, headers = {}) {
  return { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

async function told(answer) {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
