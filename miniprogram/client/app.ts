import { House } from "./house/house";

App<{ house: House }>({
  house: new House(),

  onLaunch() {
    this.house.launch();
    update();
  },

  onShow() {
    this.house.show();
  },

  /** WeChat drops the socket five seconds later without a word: it is closed in good order, and the seats are kept. */
  onHide() {
    this.house.hide();
  },

  onThemeChange() {
    this.house.changed("theme");
  },
});

/** A new version is used from the next cold start, or at once where the person says so. */
function update(): void {
  const manager = wx.getUpdateManager();
  manager.onUpdateReady(() => manager.applyUpdate());
}
