/** The door of a room that asks for something: a password, a verified phone, a word to the moderators. */
import { theHouse } from "../../house/house";
import type { Refused } from "../../house/refused";
import { excuse, fill } from "../../words/words";

const SECOND_MS = 1_000;

Component({
  properties: {
    w: { type: Object, value: {} },
    /** password_needed, password_wrong, verify_phone or forbidden: what the door asked for. */
    code: { type: String, value: "" },
    room: { type: String, value: "" },
  },
  data: { password: "", phone: "", number: "", text: "", sent: false, asked: false, wait: 0, waits: "", trouble: "", busy: false },
  lifetimes: {
    detached() {
      clearInterval((this as unknown as { clock: number }).clock);
    },
  },
  methods: {
    typed(event: { currentTarget: { dataset: { field: string } }; detail: { value: string } }) {
      this.setData({ [event.currentTarget.dataset.field]: event.detail.value });
    },
    password() {
      if (this.data.password) this.triggerEvent("password", { password: this.data.password });
    },
    async wechatPhone(event: { detail: { code?: string } }) {
      const { code } = event.detail;
      if (code) await this.attempt(() => theHouse().api.post("/me/phone", { code }), true);
    },
    async ask() {
      const told = await this.attempt(() => theHouse().api.post("/me/sms", { phone: this.data.phone }));
      if (!told) return;
      this.setData({ sent: true });
      this.countDown(Number(told.retry_after_seconds ?? 60));
    },
    async verify() {
      await this.attempt(() => theHouse().api.post("/me/sms/verify", { code: this.data.number }), true);
    },
    async request() {
      const told = await this.attempt(() => theHouse().api.post(`/rooms/${this.data.room}/requests`, { text: this.data.text }));
      if (told) this.setData({ asked: true });
    },
    /** `opens`: what was shown opens the door, under whatever name the person is now known. */
    async attempt(act: () => Promise<Record<string, unknown>>, opens = false) {
      if (this.data.busy) return undefined;
      this.setData({ busy: true, trouble: "" });
      try {
        const told = await act();
        if (told.user) theHouse().login.became(told.user as never, told.token as string | undefined);
        if (opens) this.triggerEvent("open", { again: Boolean(told.token) });
        return told;
      } catch (error) {
        this.setData({ trouble: excuse(theHouse().words, (error as Refused).code) });
        return undefined;
      } finally {
        this.setData({ busy: false });
      }
    },
    countDown(seconds: number) {
      const own = this as unknown as { clock: number };
      clearInterval(own.clock);
      this.setData({ wait: seconds, waits: fill(theHouse().words.gate_phone_wait, seconds) });
      own.clock = setInterval(() => {
        const wait = this.data.wait - 1;
        this.setData({ wait, waits: fill(theHouse().words.gate_phone_wait, wait) });
        if (wait <= 0) clearInterval(own.clock);
      }, SECOND_MS);
    },
  },
});
