import type { Text } from "./documents";

export const privacy: Text = {
  zh: `
# 我们收集什么，为什么
微信账号标识（openid、unionid）：让你登录，并认出你是同一个人。
昵称和头像：由你填写和选择，展示给同一聊天室的人；会交给微信的内容安全接口检查，随时可以更换或移除。
你发出的文字、图片、语音、视频、文件和位置：展示给同一频道的人，私聊只给对方；为了安全，会交给微信的内容安全接口检查。有人举报时，审核人员会看到那条消息和它前后的消息。
手机号：只有进入要求验证的茶室时才需要，加密保存，只用来确认你是同一个人。
位置：只有你主动发送位置时才读取你选择的那一点。
麦克风、相册、摄像头、聊天文件：只有你主动录音、选择或扫码时才使用。
剪切板：只有你点「复制」、打开链接或导出数据时才写入，从不读取。
登录和连接的时间与网络地址（IP）：法律要求留存的网络日志，单独保存，不展示给任何用户。
# 保存多久
账号存在期间保存。注销后，身份、头像、手机号和屏蔽名单立即删除，发过的消息不再署名。网络日志按法律要求至少保存六个月，注销后不再指向你。
# 给谁
不出售，不用于广告。除微信平台的内容安全检查和法律要求外，不提供给第三方。
# 你的权利
在「我的」里可以查看和修改资料、导出全部数据、注销账号。撤回同意：微信右上角「…」→设置。
# 联系我们
〔填写公司全称、地址、个人信息保护负责人的联系方式〕。我们在十五个工作日内答复。
`,
  en: `
# What we take, and why
WeChat's identifiers (openid, unionid): to sign you in and know you again.
Nickname. Your picture. Both are yours to fill in and choose, shown to people in the same room; checked by WeChat's content service, and yours to change or remove at any time.
Text, pictures, voices, videos, files and places that you send: shown to people in the same channel, or to the other one alone where two talk; for safety they are checked by WeChat's content service. When somebody reports a message, reviewers see it with what was said around it.
Phone number: only where a room asks for a verified one; stored encrypted, used only to know that you are the same person.
Place: only the point you choose, when you send it.
Microphone, album, camera, files of chats: only when you record, choose or scan something.
Clipboard: written only when you tap "Copy", open a link or export your data; never read.
When you signed in and connected, and from which network address (IP): the log that the law asks for, kept apart and shown to no user.
# How long
As long as the account exists. When you delete it, identity, picture, phone number and blocked list are erased at once, and your messages lose your name. The network log stays for at least six months, as the law asks, and points to you no more.
# Who gets it
It is not sold and not used for advertising. Besides WeChat's content checks and what the law demands, nobody else gets it.
# Your rights
Under "Me" you can see and change your profile, export all your data and delete your account. To withdraw consent: WeChat's "…" on top, then Settings.
# Reach us
[Company, address, and who answers for personal data]. We answer within fifteen working days.
`,
};
