/* The clock of a player: it lets simulated time go by while it runs. */

import { following } from "./events.js";
import { advance } from "./pace.js";

const CALM = 700; // ms between two pictures where nothing shall move

export class Clock {
  /* acts: {read() -> {time, moments (null: true pace), speed, end}, go(time), changed()}. */
  constructor(acts) {
    Object.assign(this, { acts, running: false });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
  }

  toggle() {
    if (this.running) this.stop();
    else this.start();
  }

  start() {
    if (this.running) return;
    const { time, end } = this.acts.read();
    if (time >= end) this.acts.go(0);
    this.running = true;
    this.acts.changed();
    let before = performance.now();
    const frame = (now) => {
      if (!this.running) return;
      const wall = now - before;
      if (wall >= (this.calm.matches ? CALM : 1)) {
        before = now;
        this.forward(wall);
      }
      if (this.running) this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  }

  /* Let `wall` milliseconds go by; where nothing shall move, one moment. */
  forward(wall) {
    const { time, moments, speed, end } = this.acts.read();
    const step = this.calm.matches && moments;
    const next = step ? (following(moments, time) ?? time) : advance(time, wall, moments, speed, end);
    this.acts.go(next);
    if (moments ? following(moments, next) === null : next >= end) this.stop();
  }

  stop() {
    if (!this.running) return;
    this.running = false;
    cancelAnimationFrame(this.frame);
    this.acts.changed();
  }
}
