import type { Text } from "./documents";

export const rules: Text = {
  zh: `
# 茶馆规矩
坐下来，慢慢聊。
对事不对人。不骂人，不起哄，不揭人隐私。
不发广告，不刷屏，不传谣言，不发来历不明的链接。
看到不对的，长按那条消息举报；不想看某个人的话，点他的头像屏蔽。
管事说停就停。觉得不公，可以找掌柜。
违法的内容会被删除，并按法律要求报告。
`,
  en: `
# House rules
Sit down and take your time.
Talk about things, not about people. No abuse, no mobbing, no private matters of others.
No advertising, no flooding, no rumours, no links from nowhere.
Something is wrong? Hold the message to report it. You do not want to read somebody? Tap their picture and block them.
When a moderator says stop, stop. If you think it unfair, talk to the owner.
What is against the law is removed and reported as the law demands.
`,
};
