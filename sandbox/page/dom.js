// Elements without a framework. Text always goes in as text, never as markup.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Remember where a list is scrolled to; what it returns goes back there, or to the end if the end was in sight. */
export function holdPlace(list) {
  const fromEnd = list.scrollHeight - list.scrollTop;
  const atEnd = fromEnd - list.clientHeight < 80;
  return () => { list.scrollTop = atEnd ? list.scrollHeight : list.scrollHeight - fromEnd; };
}

export function clock(milliseconds) {
  return new Date(milliseconds).toTimeString().slice(0, 5);
}

/** A one-line form; `send(text)` is called with what was typed, which is then cleared. */
export function composer(label, button, send, ...extras) {
  const input = h("input", { maxLength: 2000, "aria-label": label, placeholder: label, autocomplete: "off" });
  const submit = (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    send(text);
  };
  return h("form", { class: "composer", onsubmit: submit }, ...extras, input, h("button", { class: "send" }, button));
}

export function memory(name, value) {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(`teahouse.${name}`));
    localStorage.setItem(`teahouse.${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still lets one talk.
  }
  return null;
}
