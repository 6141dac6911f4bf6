/* A page without a browser: as much of one as a player needs to be mounted in Node. Nothing is laid out; everything is
   so wide and high, and what a canvas is asked to paint is kept. */

const [WIDE, HIGH, LETTER] = [1000, 100, 8]; // pixels

class Text {
  constructor(data) {
    this.textContent = data;
  }
}

class Pen {
  constructor() {
    Object.assign(this, { painted: [], globalAlpha: 1, fillStyle: "" });
  }
  scale() {}
  fillRect(...box) {
    this.painted.push([this.fillStyle, this.globalAlpha, ...box]);
  }
  measureText(text) {
    return { width: LETTER * text.length };
  }
}

class Style {
  setProperty(name, value) {
    this[name] = value;
  }
}

class Classes {
  constructor(node) {
    this.node = node;
  }
  get names() {
    return (this.node.getAttribute("class") ?? "").split(" ").filter(Boolean);
  }
  set names(names) {
    this.node.setAttribute("class", names.join(" "));
  }
  contains(name) {
    return this.names.includes(name);
  }
  add(...more) {
    this.names = [...new Set([...this.names, ...more])];
  }
  toggle(name, on = !this.contains(name)) {
    this.names = [...this.names.filter((each) => each !== name), ...(on ? [name] : [])];
  }
}

class Element {
  constructor(tag) {
    this.tagName = tag;
    this.nodes = [];
    this.attributes = new Map();
    this.listeners = {};
    this.hidden = false;
    this.parentNode = this.pen = null;
    this.style = new Style();
    this.dataset = {};
    this.classList = new Classes(this);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name) {
    return this.attributes.has(name);
  }
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
    if (name === "value") this.value = String(value);
  }
  removeAttribute(name) {
    this.attributes.delete(name);
  }

  adopt(nodes) {
    const found = nodes.map((node) => (node instanceof Element || node instanceof Text ? node : new Text(String(node))));
    for (const node of found) {
      node.remove?.();
      node.parentNode = this;
    }
    return found;
  }
  append(...nodes) {
    this.nodes.push(...this.adopt(nodes));
  }
  prepend(...nodes) {
    this.nodes.unshift(...this.adopt(nodes));
  }
  appendChild(node) {
    this.append(node);
    return node;
  }
  insertBefore(node, other) {
    const found = this.adopt([node]);
    const place = other ? this.nodes.indexOf(other) : this.nodes.length;
    this.nodes.splice(place, 0, ...found);
  }
  replaceChildren(...nodes) {
    this.nodes = [];
    this.append(...nodes);
  }
  replaceWith(node) {
    this.parentNode.insertBefore(node, this);
    this.remove();
  }
  remove() {
    const { parentNode: parent } = this;
    if (parent) parent.nodes.splice(parent.nodes.indexOf(this), 1);
    this.parentNode = null;
  }

  get children() {
    return this.nodes.filter((node) => node instanceof Element);
  }
  get firstChild() {
    return this.nodes[0] ?? null;
  }
  get lastChild() {
    return this.nodes.at(-1) ?? null;
  }
  get textContent() {
    return this.nodes.map((node) => node.textContent).join("");
  }
  set textContent(text) {
    this.replaceChildren(...(text === "" ? [] : [text]));
  }
  get innerText() {
    return this.textContent;
  }
  all(found = []) {
    for (const child of this.children) child.all((found.push(child), found));
    return found;
  }
  /* Of a selector only what is used: names of tags, classes, and attributes with a value. */
  querySelectorAll(selector) {
    const fits = (node) => selector.split(", ").some((each) => {
      if (each[0] === ".") return node.classList.contains(each.slice(1));
      const [, name, value] = /^\[(.+)=(.+)\]$/.exec(each) ?? [];
      return name ? node.getAttribute(name) === value : node.tagName === each;
    });
    return this.all().filter(fits);
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }
  closest() {
    return null;
  }

  // Of choices.
  get options() {
    return this.all().filter(({ tagName }) => tagName === "option");
  }
  get selectedIndex() {
    return this.chosen ?? 0;
  }
  set selectedIndex(place) {
    this.chosen = place;
  }
  get selectedOptions() {
    return [this.options[this.selectedIndex]];
  }

  addEventListener(name, act) {
    if (act) (this.listeners[name] ??= []).push(act);
  }
  removeEventListener(name, act) {
    this.listeners[name] = (this.listeners[name] ?? []).filter((each) => each !== act);
  }
  /* Somebody does something: `more` is what an event has beside its target. */
  happen(name, more = {}) {
    const event = { target: this, preventDefault() {}, stopPropagation() {}, ...more };
    for (const act of this.listeners[name] ?? []) act(event);
    this[`on${name}`]?.(event);
  }
  getBoundingClientRect() {
    return { left: 0, top: 0, right: WIDE, bottom: HIGH, width: WIDE, height: HIGH };
  }
  getContext() {
    return (this.pen = new Pen());
  }
  setPointerCapture() {}
  scrollIntoView(how) {
    this.scrolled = how;
  }
  /* It has another size now. */
  resized() {
    for (const { act } of this.observers ?? []) act();
  }
}

// Nothing is laid out.
Object.assign(Element.prototype, { clientWidth: WIDE, clientHeight: HIGH, scrollWidth: WIDE, offsetWidth: 50 });

class Observer {
  constructor(act) {
    Object.assign(this, { act, nodes: [] });
  }
  observe(node) {
    this.nodes.push(node);
    (node.observers ??= new Set()).add(this);
  }
  disconnect() {
    for (const node of this.nodes) node.observers.delete(this);
  }
}

/* Make this the page; gives its body. */
export function fakePage() {
  const make = (tag) => new Element(tag);
  const calm = { matches: false };
  Object.assign(globalThis, {
    window: globalThis,
    devicePixelRatio: 1,
    document: { createElement: make, createElementNS: (_, tag) => make(tag) },
    ResizeObserver: Observer,
    matchMedia: () => calm,
    getComputedStyle: () => ({ fontSize: "16px", color: "ink" }),
    requestAnimationFrame: () => 1,
    cancelAnimationFrame() {},
  });
  return make("body");
}
