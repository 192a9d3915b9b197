/** The phone itself: messages on its screen, its look, its clipboard. */
import { answer } from "./wx";
import type { Callbacks, Phone } from "./wx";

interface ModalOptions extends Callbacks<{ confirm: boolean; cancel: boolean; content?: string }> {
  title?: string;
  content?: string;
  showCancel?: boolean;
  confirmText?: string;
  cancelText?: string;
  editable?: boolean;
  placeholderText?: string;
}

export function phone(of: Phone) {
  return {
    showToast: (options: Callbacks<object> & { title: string; icon?: string; duration?: number }) =>
      answer(options, "showToast", () => {
        of.screen.toast(options.title, options.icon ?? "success", options.duration ?? 1500);
        return {};
      }),
    showModal: (options: ModalOptions) => answer(options, "showModal", async () => {
      const { title = "", content = "", showCancel = true, confirmText = "确定", cancelText = "取消", editable = false } = options;
      const told = await of.screen.modal({
        title, content, confirm: confirmText, cancel: showCancel ? cancelText : "", editable, placeholder: options.placeholderText ?? "",
      });
      return { confirm: told.confirm, cancel: !told.confirm, ...(editable && { content: told.content }) };
    }),
    showActionSheet: (options: Callbacks<{ tapIndex: number }> & { itemList: string[] }) =>
      answer(options, "showActionSheet", async () => {
        if (options.itemList.length > 6) throw new Error("parameter error: itemList should not be larger than 6");
        const tapIndex = await of.screen.sheet(options.itemList);
        if (tapIndex < 0) throw new Error("cancel");
        return { tapIndex };
      }),
    vibrateShort: (options?: Callbacks<object>) => answer(options, "vibrateShort", () => shake(of)),
    vibrateLong: (options?: Callbacks<object>) => answer(options, "vibrateLong", () => shake(of)),
    getAppBaseInfo: () => ({ language: of.language, theme: of.theme, fontSizeScaleFactor: of.text ?? 1, SDKVersion: "3.6.0", version: "8.0.50" }),
    getAccountInfoSync: () => ({ miniProgram: { appId: of.appid, envVersion: "develop", version: "" } }),
    getUpdateManager: () => ({ onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
    setClipboardData: (options: Callbacks<object> & { data: string }) => answer(options, "setClipboardData", async () => {
      await navigator.clipboard?.writeText(options.data).catch(() => undefined);
      of.screen.toast(of.language.startsWith("zh") ? "内容已复制" : "Copied", "none", 1200);
      return {};
    }),
    stopPullDownRefresh: (options?: Callbacks<object>) => answer(options, "stopPullDownRefresh", () => ({})),
    nextTick: (act: () => void) => void Promise.resolve().then(act),
  };
}

function shake(of: Phone): object {
  of.screen.shake();
  return {};
}
