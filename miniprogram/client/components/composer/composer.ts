/** Where one writes: text, a voice, or something from the phone; or why one may not. */
import { calling, named } from "../../chat/mention";
import type { Call } from "../../chat/mention";

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
    /** Who may be meant by what is typed behind an @. */
    people: { type: Array, value: [] },
  },
  data: { text: "", speaking: false, recording: false, cancelling: false, open: false, focus: false, cursor: -1 },
  observers: {
    draft(draft: string) {
      if (draft !== this.data.text) this.setData({ text: draft });
    },
    /** Afterwards: while the screen is being put together, nothing else may change it. */
    "people, replying, open, speaking, silence"() {
      wx.nextTick(() => this.grew());
    },
    replying(replying: string) {
      if (replying) this.setData({ focus: true, speaking: false });
    },
  },
  methods: {
    /** What lies above has less room now, or more. */
    grew() {
      this.triggerEvent("grew");
    },
    typed(event: { detail: { value: string; cursor?: number } }) {
      const { value, cursor = value.length } = event.detail;
      this.setData({ text: value, cursor: -1 });
      this.triggerEvent("typed", { text: value });
      this.call(calling(value, cursor));
    },
    /** Says whose name is being typed, and that none is any more. */
    call(call: Call | undefined) {
      const own = this as unknown as { called?: Call | undefined };
      const [before, now] = [own.called?.word, call?.word];
      own.called = call;
      if (now !== before) this.triggerEvent("call", { word: now });
    },
    name(event: { currentTarget: { dataset: { name: string } } }) {
      const { called } = this as unknown as { called?: Call };
      if (!called) return;
      const { text, cursor } = named(this.data.text, called, event.currentTarget.dataset.name);
      this.setData({ text });
      this.setData({ cursor, focus: true });
      this.triggerEvent("typed", { text });
      this.call(undefined);
    },
    blurred() {
      this.setData({ focus: false });
    },
    send() {
      const text = this.data.text.trim();
      if (!text) return;
      this.triggerEvent("send", { text });
      this.call(undefined);
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
