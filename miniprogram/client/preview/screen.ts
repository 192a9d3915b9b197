/** What WeChat shows over a page: toasts, questions, sheets, a picture in full. */
import type { Screen } from "./wx/wx";

export function screenOn(app: HTMLElement, title: (text: string) => void): Screen {
  let gone = 0;
  return {
    title,
    toast(text, icon, milliseconds) {
      app.querySelector(".phone-toast")?.remove();
      const toast = element("div", "phone-toast", icon === "success" ? `✓ ${text}` : text);
      toast.setAttribute("role", "status");
      app.append(toast);
      clearTimeout(gone);
      gone = window.setTimeout(() => toast.remove(), milliseconds);
    },
    modal: ({ title: heading, content, confirm, cancel, editable, placeholder }) => new Promise((resolve) => {
      const shade = element("div", "phone-shade");
      const modal = element("div", "phone-modal");
      modal.setAttribute("role", "alertdialog");
      modal.append(element("h3", "", heading));
      if (content && !editable) modal.append(element("p", "", content));
      const input = document.createElement("input");
      input.placeholder = placeholder;
      input.value = editable ? content : "";
      if (editable) modal.append(input);
      const footer = element("footer", "");
      const end = (yes: boolean) => {
        shade.remove();
        resolve({ confirm: yes, content: input.value });
      };
      if (cancel) footer.append(button(cancel, "no", () => end(false)));
      footer.append(button(confirm, "yes", () => end(true)));
      modal.append(footer);
      shade.append(modal);
      app.append(shade);
      if (editable) input.focus();
    }),
    sheet: (items) => new Promise((resolve) => {
      const shade = element("div", "phone-shade low");
      const sheet = element("div", "phone-sheet");
      const end = (index: number) => {
        shade.remove();
        resolve(index);
      };
      items.forEach((item, index) => sheet.append(button(item, "", () => end(index))));
      sheet.append(button("×", "", () => end(-1)));
      shade.append(sheet);
      app.append(shade);
    }),
    shake() {
      app.classList.remove("phone-shaking");
      void app.offsetWidth;
      app.classList.add("phone-shaking");
      navigator.vibrate?.(40);
    },
    show(address) {
      const shade = element("div", "phone-shade");
      const picture = document.createElement("img");
      picture.className = "phone-picture";
      picture.src = address;
      shade.append(picture);
      shade.onclick = () => shade.remove();
      app.append(shade);
    },
  };
}

function element(tag: string, name: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}

function button(text: string, name: string, act: () => void): HTMLElement {
  const made = element("button", name, text);
  made.onclick = act;
  return made;
}
