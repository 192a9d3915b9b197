/** Before the first room is shown: WeChat's privacy agreement, and what one wants to be called. */
import { theHouse } from "../../house/house";

Component({
  data: { shown: false, w: {}, name: "" },
  lifetimes: {
    attached() {
      wx.getPrivacySetting({
        success: ({ needAuthorization }) => this.setData({ shown: needAuthorization, w: theHouse().words }),
        fail: () => undefined, // older than the base library 2.32.3: WeChat asks by itself
      });
    },
  },
  methods: {
    read() {
      wx.openPrivacyContract({});
    },
    typed(event: { detail: { value: string } }) {
      this.setData({ name: event.detail.value });
    },
    async agreed() {
      this.setData({ shown: false });
      const name = this.data.name.trim();
      if (name) await theHouse().rename(name).catch(() => undefined);
    },
  },
});
