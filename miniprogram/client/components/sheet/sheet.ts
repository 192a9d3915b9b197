/** A sheet from below: a title, what stands in it, and actions to choose from. */
Component({
  options: { multipleSlots: false },
  properties: {
    shown: { type: Boolean, value: false },
    title: { type: String, value: "" },
    hint: { type: String, value: "" },
    /** {id, text, icon?, danger?} each. */
    actions: { type: Array, value: [] as unknown[] },
    cancel: { type: String, value: "" },
  },
  methods: {
    choose(event: { currentTarget: { dataset: { id: string } } }) {
      this.triggerEvent("choose", { id: event.currentTarget.dataset.id });
    },
    close() {
      this.triggerEvent("close");
    },
    stay() {
      // A tap inside is not a tap on the shade.
    },
  },
});
