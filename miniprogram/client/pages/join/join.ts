import { theHouse } from "../../house/house";
import type { Refused } from "../../house/refused";
import { excuse } from "../../words/words";
import { notPicked } from "../allowed";
import { sized } from "../sized";

interface Joined {
  room?: string;
}

Component({
  data: { sized: sized(), w: {}, code: "", trouble: "", busy: false },
  methods: {
    onLoad(query: { code?: string; room?: string }) {
      const { words } = theHouse();
      Object.assign(this, { room: query.room ?? "" });
      this.setData({ w: words, code: query.code ? decodeURIComponent(query.code) : "" });
      wx.setNavigationBarTitle({ title: words.join });
      if (query.code && query.room) void this.join();
    },
    typed(event: { detail: { value: string } }) {
      this.setData({ code: event.detail.value, trouble: "" });
    },
    scan() {
      wx.scanCode({
        success: ({ result }) => {
          this.setData({ code: codeIn(result), trouble: "" });
          void this.join();
        },
        fail: (error) => void notPicked(theHouse(), error, "camera"),
      });
    },
    /** A code is `ROOM.INVITATION`, as the invitation page gives it. */
    async join() {
      const { words, api, rooms } = theHouse();
      const own = this as unknown as { room: string };
      const [first, second] = this.data.code.trim().split(".") as [string, string?];
      const [room, invitation] = second ? [first, second] : [own.room, first];
      if (!room || !invitation || this.data.busy) {
        this.setData({ trouble: words.code_not_found });
        return;
      }
      this.setData({ busy: true });
      try {
        await api.post<Joined>(`/rooms/${encodeURIComponent(room)}/join`, { invitation });
        await rooms.refresh();
        wx.showToast({ title: words.joined, icon: "success" });
        const first = rooms.room(room)?.channels[0];
        if (first) wx.redirectTo({ url: `/pages/channel/channel?id=${first.id}` });
        else wx.navigateBack();
      } catch (error) {
        this.setData({ trouble: excuse(words, (error as Refused).code) });
      } finally {
        this.setData({ busy: false });
      }
    },
  },
});

/** The code inside of what was scanned: a bare code, or an address that carries one. */
function codeIn(scanned: string): string {
  const found = /[?&](?:scene|code)=([^&]+)/.exec(scanned);
  return found ? decodeURIComponent(found[1]!) : scanned.trim();
}
