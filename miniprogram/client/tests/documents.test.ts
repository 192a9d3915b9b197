import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DOCUMENTS } from "../documents/documents";
import { ROOT } from "../preview/pack.mjs";

/** What a person is told is taken, in both languages, by what asks the phone for it. WeChat refuses an ability whose kind is not named. */
const TAKEN: [RegExp, string, string][] = [
  [/type="nickname"/, "昵称", "Nickname"],
  [/open-type="chooseAvatar"/, "头像", "Your picture"],
  [/open-type="getPhoneNumber"/, "手机号", "Phone number"],
  [/wx\.(chooseLocation|getLocation|openLocation)/, "位置", "Place"],
  [/wx\.getRecorderManager/, "麦克风", "Microphone"],
  [/wx\.chooseMedia/, "相册", "album"],
  [/wx\.(scanCode|chooseMedia)/, "摄像头", "camera"],
  [/wx\.chooseMessageFile/, "聊天文件", "files of chats"],
  [/wx\.setClipboardData/, "剪切板", "Clipboard"],
  [/wx\.getClipboardData/, "读取剪切板", "Clipboard: read"],
  [/wx\.(saveImageToPhotosAlbum|saveVideoToPhotosAlbum)/, "保存到相册", "saved to your album"],
];

const source = ["components", "pages", "house"].flatMap(files).map((path) => readFileSync(path, "utf8")).join("\n");

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (!name.includes(".")) return files(path);
    return /\.(ts|wxml)$/.test(name) ? [join(ROOT, path)] : [];
  });
}

test("the privacy text names what is asked of the phone, and nothing that is not", () => {
  const { zh, en } = DOCUMENTS.privacy!;
  for (const [ability, chinese, english] of TAKEN) {
    const used = ability.test(source);
    expect([chinese, zh.includes(chinese)]).toEqual([chinese, used]);
    expect([english, en.includes(english)]).toEqual([english, used]);
  }
});

test("whoever publishes finds every blank, in both languages, and no text is without its other one", () => {
  const blanks = (text: string, mark: RegExp) => (text.match(mark) ?? []).length;
  for (const [name, { zh, en }] of Object.entries(DOCUMENTS)) {
    expect([name, blanks(en, /\[[^\]]+\]/g)]).toEqual([name, blanks(zh, /〔[^〕]+〕/g)]);
    expect([name, en.trim().split("\n").length]).toEqual([name, zh.trim().split("\n").length]);
  }
});
