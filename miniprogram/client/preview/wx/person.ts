/** What WeChat knows of the person: who they are, what they agreed to, what they may be told of. */
import { answer } from "./wx";
import type { Callbacks, Phone } from "./wx";

export function person(of: Phone) {
  return {
    login: (options?: Callbacks<{ code: string }>) => answer(options, "login", async () => {
      if (of.flight) throw new Error("net::ERR_INTERNET_DISCONNECTED");
      return { code: await of.loginCode() };
    }),
    requestSubscribeMessage: (options: Callbacks<Record<string, string>> & { tmplIds: string[] }) =>
      answer(options, "requestSubscribeMessage", async () => {
        const { confirm } = await of.screen.modal({
          title: of.language.startsWith("zh") ? "允许发送一次通知？" : "Allow one notification?", content: "", editable: false, placeholder: "",
          confirm: of.language.startsWith("zh") ? "允许" : "Allow", cancel: of.language.startsWith("zh") ? "拒绝" : "Refuse",
        });
        return Object.fromEntries(options.tmplIds.map((id) => [id, confirm ? "accept" : "reject"]));
      }),
    /** Nobody can change anything here: a browser asks in its own way. */
    openSetting: (options?: Callbacks<{ authSetting: Record<string, boolean> }>) => answer(options, "openSetting", () => {
      of.screen.toast(of.language.startsWith("zh") ? "这里是微信的设置页" : "WeChat's settings would be here", "none", 1500);
      return { authSetting: {} };
    }),
    getPrivacySetting: (options?: Callbacks<{ needAuthorization: boolean; privacyContractName: string }>) =>
      answer(options, "getPrivacySetting", () => ({
        needAuthorization: of.storage.getItem(`${of.who}.#agreed`) === null,
        privacyContractName: of.language.startsWith("zh") ? "《茶馆隐私保护指引》" : "Teahouse privacy guide",
      })),
    openPrivacyContract: (options?: Callbacks<object>) => answer(options, "openPrivacyContract", () => {
      of.navigation.open("pages/document/document?name=privacy");
      return {};
    }),
  };
}

/** The privacy button was pressed. */
export function agree(of: Phone): void {
  of.storage.setItem(`${of.who}.#agreed`, "yes");
}
