/** A person's picture, or the first letter of their name on a colour of their own. */
Component({
  properties: {
    avatar: { type: String, value: "" },
    letter: { type: String, value: "茶" },
    hue: { type: Number, value: 0 },
    size: { type: Number, value: 76 },
  },
});
