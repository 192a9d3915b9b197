/** Where one writes: text, a voice, or something from the phone; or why one may not. */

/** A finger that slides this far up takes the voice back. */
const CANCEL_PX = 80;

Component({
  properties: {
    w: { type: Object, value: {} },
    draft: { type: String, value: "" },
    /** Shown instead of the field while nothing can be said. */
    silence: { type: String, value: "" },
    replying: { type: String, value: "" },
    most: { type: Number, value: 2000 },
    media: { type: Boolean, value: false },
  },
  data: { text: "", speaking: false, recording: false, cancelling: false, open: false, focus: false },
  observers: {
    draft(draft: string) {
      if (draft !== this.data.text) this.setData({ text: draft });
    },
    replying(replying: string) {
      if (replying) this.setData({ focus: true, speaking: false });
    },
  },
  methods: {
    typed(event: { detail: { value: string } }) {
      this.setData({ text: event.detail.value });
      this.triggerEvent("typed", { text: event.detail.value });
    },
    blurred() {
      this.setData({ focus: false });
    },
    send() {
      const text = this.data.text.trim();
      if (!text) return;
      this.triggerEvent("send", { text });
    },
    mode() {
      this.setData({ speaking: !this.data.speaking, open: false });
    },
    more() {
      this.setData({ open: !this.data.open });
    },
    pick(event: { currentTarget: { dataset: { what: string } } }) {
      this.setData({ open: false });
      this.triggerEvent("pick", { what: event.currentTarget.dataset.what });
    },
    unreply() {
      this.triggerEvent("unreply");
    },
    hold(event: { touches?: { clientY: number }[] }) {
      Object.assign(this, { from: event.touches?.[0]?.clientY ?? 0 });
      this.setData({ recording: true, cancelling: false });
      this.triggerEvent("record", { on: true });
    },
    slide(event: { touches?: { clientY: number }[] }) {
      const up = (this as unknown as { from: number }).from - (event.touches?.[0]?.clientY ?? 0);
      if (up > CANCEL_PX !== this.data.cancelling) this.setData({ cancelling: up > CANCEL_PX });
    },
    release() {
      if (!this.data.recording) return;
      this.triggerEvent("record", { on: false, cancel: this.data.cancelling });
      this.setData({ recording: false });
    },
  },
});
