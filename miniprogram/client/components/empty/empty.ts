/** A place where nothing is, with a drawing, a word, and where there is one, a way on. */
Component({
  properties: {
    drawing: { type: String, value: "cup" },
    title: { type: String, value: "" },
    hint: { type: String, value: "" },
    button: { type: String, value: "" },
  },
  methods: {
    act() {
      this.triggerEvent("act");
    },
  },
});
