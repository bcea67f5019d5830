/** Preloaded into a process, its clock jumps: a day ahead, a day back, as often as somebody looks at it. */
const DAY = 86_400_000;
const Real = Date;
let looks = 0;
const now = () => Real.now() + ((looks++ % 3) - 1) * DAY;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now() {
    return now();
  }
};
