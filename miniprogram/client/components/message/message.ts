/** One row of a timeline: a message, a note, a mark. It only shows; what a touch means is decided by the page. */
Component({
  options: { virtualHost: true },
  properties: {
    row: { type: Object, value: {} },
    /** The few words of its own marks; all would be copied into every row. */
    w: { type: Object, value: {} },
    playing: { type: Boolean, value: false },
  },
  data: { open: false },
  methods: {
    press() {
      this.triggerEvent("press", { row: this.data.row });
    },
    touch() {
      this.triggerEvent("touch", { row: this.data.row });
    },
    unfold() {
      this.setData({ open: true });
    },
    person() {
      this.triggerEvent("person", { row: this.data.row });
    },
    quote() {
      this.triggerEvent("quote", { seq: (this.data.row as { quote: { seq: number } }).quote.seq });
    },
    react(event: { currentTarget: { dataset: { emoji: string } } }) {
      this.triggerEvent("reacted", { row: this.data.row, emoji: event.currentTarget.dataset.emoji });
    },
    again() {
      this.triggerEvent("again", { row: this.data.row });
    },
  },
});
