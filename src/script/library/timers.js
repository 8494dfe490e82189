(function (host) {
  'use strict';
  const check = (then) => { if (typeof then !== 'function') throw new TypeError('a timer needs a function'); };
  const every = new Map();
  let next = -1;
  const timers = {
    setTimeout(then, wait, ...values) { check(then); return host.wait(host.timer(Number(wait) || 0), () => then(...values)); },
    clearTimeout(timer) { if (typeof timer === 'number' && timer > 0) host.forget(timer); },
    setInterval(then, wait, ...values) {
      check(then);
      const own = next--;
      const again = () => every.set(own, host.wait(host.timer(Number(wait) || 0), () => { again(); then(...values); }));
      again();
      return own;
    },
    clearInterval(timer) { if (every.has(timer)) { host.forget(every.get(timer)); every.delete(timer); } },
    setImmediate(then, ...values) { check(then); return host.soon(() => then(...values)); },
    clearImmediate(then) { host.notSoon(then); },
  };
  return timers;
})
