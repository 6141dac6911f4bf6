/* The panels beside the stage, in order: {id, title, mount(element, film, selection, player)}. */

import { mount as flow } from "./panel-flow.js";
import { mount as lives } from "./panel-lives.js";
import { mount as promise } from "./panel-promise.js";

export const PANELS = [
  { id: "promise", title: "Promise and truth: what each customer was told, and what is true", mount: promise },
  { id: "lives", title: "One customer's way, time downwards", mount: lives },
  { id: "flow", title: "Arrived, told, done", mount: flow },
];
