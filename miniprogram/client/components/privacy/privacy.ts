/** WeChat's privacy agreement, asked for once before the first room is shown. */
import { theHouse } from "../../house/house";

Component({
  data: { shown: false, w: {} },
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
    agreed() {
      this.setData({ shown: false });
    },
  },
});
