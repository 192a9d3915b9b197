import type { Text } from "./documents";

export const agreement: Text = {
  zh: `
# 一、这是什么
茶馆是一个聊天室小程序。使用它，就表示你同意这份协议；不同意，请不要继续使用。运营者是：〔填写公司全称〕，联系方式：〔填写电话或邮箱〕。
# 二、你的账号
你用微信登录，昵称由你自己填写。请不要冒充他人。你可以随时在「我的」里注销账号。
# 三、你说的话
你对自己发出的内容负责。你保留内容的权利，并允许我们为了把它展示给聊天室里的人而存储和传送它。撤回的内容不再展示。
# 四、不可以做的事
不得发布违反法律法规的内容；不得骚扰、辱骂、欺诈他人；不得刷屏、发布广告或传播恶意链接；不得侵犯他人的隐私和权利。
# 五、管理
聊天室有管事。他们可以撤下内容、禁言、请出或封禁违反规矩的人，并会写明理由。你可以向运营者申诉。长按任何一条消息都可以举报，我们会在二十四小时内处理。
# 六、未成年人
未满十四周岁，请在监护人同意和陪同下使用。我们发现未成年人受到伤害的内容会立即处理。
# 七、变更与终止
协议变更时会在小程序里提示。你可以随时停止使用；严重违规的账号可能被停止服务。
# 八、法律
本协议适用中华人民共和国法律。争议由〔填写所在地〕有管辖权的人民法院处理。
`,
  en: `
# 1. What this is
Teahouse is a mini-program with chat rooms. By using it you agree to this text; if you do not agree, please do not go on. It is run by [full name of the company], reached at [phone or mail].
# 2. Your account
You sign in with WeChat; your nickname is your own choice. Do not pretend to be somebody else. You can delete your account at any time under "Me".
# 3. What you say
You answer for what you write. It stays yours, and you allow us to store it and carry it to the people in the room. What you recall is shown no more.
# 4. What is not allowed
Nothing against the law; no harassment, abuse or fraud; no flooding, advertising or harmful links; nothing that violates the privacy or rights of others.
# 5. Moderation
Rooms have moderators. They may take content down, mute, put out or ban those who break the rules, and say why. You may appeal to the house. Hold any message to report it; we look at it within twenty-four hours.
# 6. Minors
Under fourteen, please use it only with the consent and company of a guardian. Content that harms minors is dealt with at once.
# 7. Changes and end
Changes of this text are announced in the mini-program. You may stop at any time; accounts that break the rules gravely may be closed.
# 8. Law
The law of the People's Republic of China applies. Disputes go to the competent court at [place].
`,
};
