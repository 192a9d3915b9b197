/** A line that says what is wrong with the connection, and nothing while all is well. */
import { theHouse } from "../../house/house";
import { watch } from "../../pages/screen";

/** Coming back usually takes less: a line that flashes says nothing. */
const PATIENCE_MS = 1_200;

Component({
  data: { text: "", ended: false, button: "" },
  lifetimes: {
    attached() {
      const house = theHouse();
      let shown = 0;
      const draw = () => {
        const { state, why } = house.connection;
        clearTimeout(shown);
        const show = () => this.setData(said(house));
        if (state === "online" || state === "ended" || !house.network) show();
        else shown = setTimeout(show, PATIENCE_MS);
        void why;
      };
      const off = watch(house, (topic) => topic === "connection" || topic === "language", draw);
      Object.assign(this, { off: () => { off(); clearTimeout(shown); } });
    },
    detached() {
      (this as unknown as { off(): void }).off();
    },
  },
  methods: {
    again() {
      theHouse().connection.start();
    },
  },
});

function said(house: ReturnType<typeof theHouse>): { text: string; ended: boolean; button: string } {
  const { words, connection } = house;
  if (connection.state === "online") return { text: "", ended: false, button: "" };
  if (connection.why === "elsewhere") return { text: words.elsewhere, ended: true, button: words.use_here };
  if (connection.why === "signed_out") return { text: words.signed_out_hint, ended: true, button: "" };
  if (!house.network) return { text: words.offline, ended: false, button: "" };
  return { text: connection.state === "waiting" ? words.waiting : words.connecting, ended: false, button: "" };
}
