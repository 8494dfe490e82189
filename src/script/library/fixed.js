(function (at, seed) {
  'use strict';
  const replace = (owner, name, value) =>
    Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false });
  if (typeof at === 'number') {
    const Real = Date;
    const Fixed = function Date(...parts) {
      if (new.target === undefined) return new Real(at).toString();
      return Reflect.construct(Real, parts.length === 0 ? [at] : parts, new.target);
    };
    Fixed.prototype = Real.prototype;
    replace(Real.prototype, 'constructor', Fixed);
    replace(Fixed, 'now', () => at);
    replace(Fixed, 'parse', Real.parse);
    replace(Fixed, 'UTC', Real.UTC);
    replace(globalThis, 'Date', Fixed);
  }
  if (typeof seed === 'number') {
    let state = seed >>> 0;
    // Mulberry32.
    replace(Math, 'random', () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    });
  }
})
