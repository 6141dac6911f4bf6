/* A page whose elements stand somewhere on a finer screen and know what they stand in; and it as text. */

import { fakePage } from "./fake-page.js";

const PROPERTIES = ["id", "className", "htmlFor", "type", "role", "min", "max", "step", "value", "open", "disabled", "checked"];
const [LEFT, TOP] = [7, 3]; // pixels
const LONG = /-?\d+\.\d{7,}(e-?\d+)?/g;

/* {body, frames, cancelled}: frames that were asked for; those that were taken back. */
export function placedPage() {
  const body = fakePage();
  const nearest = (node, selectors) =>
    node && (selectors.split(", ").some((each) => isOne(node, each)) ? node : nearest(node.parentNode, selectors));
  Object.assign(body.constructor.prototype, {
    closest(selectors) {
      return nearest(this, selectors) ?? null;
    },
    getBoundingClientRect() {
      const [width, height] = [this.clientWidth, this.clientHeight];
      return { left: LEFT, top: TOP, right: LEFT + width, bottom: TOP + height, width, height };
    },
  });
  const [frames, cancelled] = [[], []];
  let asked = 0;
  Object.defineProperty(globalThis, "performance", { value: { now: () => 0 }, configurable: true });
  Object.defineProperty(globalThis, "crypto", { value: { getRandomValues: (numbers) => numbers.fill(7) }, configurable: true });
  Object.assign(globalThis, {
    devicePixelRatio: 2,
    requestAnimationFrame: (frame) => (frames.push(frame), ++asked),
    cancelAnimationFrame: (number) => cancelled.push(number),
  });
  return { body, frames, cancelled };
}

function isOne(node, selector) {
  if (selector[0] === "[") return node.hasAttribute(selector.slice(1, -1));
  return selector[0] === "." ? node.classList.contains(selector.slice(1)) : node.tagName === selector;
}

/* A page as text, with what its marks say and what its canvases have been painted with. */
export function written(node) {
  return tree(node).replace(LONG, (number) => Number(number).toPrecision(9));
}

function tree(node) {
  if (!node.tagName) return node.textContent;
  const looks = Object.entries(node.style).filter(([, value]) => typeof value !== "function");
  const its = PROPERTIES.filter((name) => node[name] !== undefined).map((name) => `${name}: ${node[name]}`);
  const said = [node.words?.(), node.pen?.painted.splice(0)];
  const all = [[...node.attributes].sort(), looks.sort(), its, Object.entries(node.dataset), node.hidden, node.width, node.height, said];
  return `<${node.tagName} ${JSON.stringify(all)}>${node.nodes.map(tree).join("")}</>`;
}
