/* Elements, and layers of marks that are drawn anew for every moment but change only what differs. */

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "g", "rect", "circle", "line", "path", "text", "defs", "pattern", "use", "title"]);

/* An element: h("button", {class: "x", onclick: f}, "text", child). Children that are null are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null));
  return node;
}

/* Set the text of an element if it differs. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/* Set an attribute if it differs; null takes it away. */
export function put(node, name, value) {
  if (value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/* A group whose marks are given anew as a list of {tag, ...attributes, text, words, customer}.
   words: a function that says what the mark is; customer: whom a click on it chooses. */
export class Layer {
  constructor(parent, attributes) {
    this.group = parent.appendChild(h("g", attributes));
    this.marks = []; // of the elements there are: {node, attributes}
  }

  draw(items) {
    const { group, marks } = this;
    items.forEach((item, place) => {
      const { tag, text = "", words, customer, ...attributes } = item;
      let mark = marks[place];
      if (!mark || mark.tag !== tag) {
        const node = h(tag);
        if (mark) mark.node.replaceWith(node);
        else group.append(node);
        mark = marks[place] = { tag, node, attributes: {}, text: "" };
      }
      update(mark, attributes);
      if (mark.text !== text) mark.node.textContent = mark.text = text;
      mark.node.words = words;
      mark.node.customer = customer;
    });
    for (const { node } of marks.splice(items.length)) node.remove();
  }
}

function update(mark, attributes) {
  const { node, attributes: before } = mark;
  for (const name in attributes) {
    if (before[name] !== attributes[name]) node.setAttribute(name, attributes[name]);
  }
  for (const name in before) if (!(name in attributes)) node.removeAttribute(name);
  mark.attributes = attributes;
}
