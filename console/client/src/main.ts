import "element-plus/theme-chalk/base.css";
import "./look/colours.css";
import "./look/base.css";
import { createApp } from "vue";
import App from "./App.vue";
import { whenSignedOut } from "./api/http";
import { end, resume } from "./api/session";
import { router } from "./router";
import { listen } from "./shell/keys";
import { tell, why } from "./shell/toasts";
import { w } from "./words";

whenSignedOut(() => end(w.value.signIn.ended));
listen();
const app = createApp(App).use(router);
app.config.errorHandler = (wrong) => tell(why(wrong), null, "failed");
void resume();
app.mount("#app");
