(function (own) {
  'use strict';
  // Calls with a long list or text: above a limit they are refused, and below it the work counts as jumps.
  const { most, apply, exec, indexOf, lastIndexOf, slice, replace: substitute } = own;
  const { floor, max, min, trunc } = Math, { isArray } = Array, tooMany = /\p{M}{4096}/u;
  // Comparisons of two texts between two looks at the clock.
  const chunk = 2 ** 24;
  const charge = (work) => { for (let rounds = work / 256; rounds >= 1; rounds--); };
  const measure = (list, name) => {
    if (list === null || list === undefined) return;
    const { length } = list;
    if (length < 256 || typeof length !== 'number' && typeof length !== 'string') return;
    if (length > most) throw new RangeError('`' + name + '` takes a length of at most ' + most + ' and not ' + length);
    charge(+length);
  };
  // A search compares each place of the text with the whole needle, if the two are unfortunate. These go in steps, and QuickJS
  // looks at its clock before each of them.
  const look = () => charge(2560000);
  const find = (whole, part, from) => {
    const step = max(1, floor(chunk / part.length)), last = whole.length - part.length;
    for (let at = from; at <= last; at += step) {
      look();
      const found = apply(indexOf, apply(slice, whole, [at, at + step + part.length - 1]), [part]);
      if (found >= 0) return at + found;
    }
    return -1;
  };
  const findLast = (whole, part, from) => {
    const step = max(1, floor(chunk / part.length));
    for (let end = min(from, whole.length - part.length); end >= 0; end -= step) {
      look();
      const start = max(0, end - step + 1);
      const found = apply(lastIndexOf, apply(slice, whole, [start, end + part.length]), [part]);
      if (found >= 0) return start + found;
    }
    return -1;
  };
  const place = (value, otherwise) => { const number = +value; return number !== number ? otherwise : max(0, trunc(number)); };
  const parts = (whole, part) => {
    const all = [];
    let from = 0;
    for (let at = find(whole, part, 0); at >= 0; at = find(whole, part, from)) {
      all.push(apply(slice, whole, [from, at]));
      from = at + part.length;
    }
    all.push(apply(slice, whole, [from]));
    return all;
  };
  const searches = {
    indexOf: (whole, [part, from]) => find(whole, part, place(from, 0)),
    includes: (whole, [part, from]) => find(whole, part, place(from, 0)) >= 0,
    lastIndexOf: (whole, [part, from]) => findLast(whole, part, place(from, Infinity)),
    split: (whole, [part, most]) => most === undefined ? parts(whole, part) : parts(whole, part).slice(0, most >>> 0),
  };
  const replaced = (whole, [part, by], once) => {
    let done = '', from = 0;
    for (let at = find(whole, part, 0); at >= 0; at = once ? -1 : find(whole, part, from)) {
      const before = apply(slice, whole, [from, at]), after = at + part.length;
      const made = typeof by === 'function' ? String(by(part, at, whole)) : apply(substitute, String(by), [/\$([$&`'])/g, (all, sign) =>
        sign === '$' ? '$' : sign === '&' ? part : sign === '`' ? apply(slice, whole, [0, at]) : apply(slice, whole, [after])]);
      done += before + made;
      from = after;
    }
    return done + apply(slice, whole, [from]);
  };
  searches.replace = (whole, values) => replaced(whole, values, true);
  searches.replaceAll = (whole, values) => replaced(whole, values, false);
  const marks = (value, name) => {
    if (typeof value !== 'string' || value.length <= 4096) return;
    charge(value.length);
    if (apply(exec, tooMany, [value])) throw new RangeError('`' + name + '` takes at most 4096 marks on a letter');
  };
  return {
    list(name, native, list, values) { measure(list, name); return apply(native, list, values); },
    concat(name, native, list, values) {
      measure(list, name);
      for (const value of values)
        if (value !== null && typeof value === 'object' && (isArray(value) || value[Symbol.isConcatSpreadable])) measure(value, name);
      return apply(native, list, values);
    },
    raw(name, native, self, values) { measure(values[0].raw, name); return apply(native, self, values); },
    search(name, native, whole, values) {
      const comparisons = whole.length * values[0].length;
      if (comparisons > chunk) return searches[name](whole, values);
      charge(comparisons / 16);
      return apply(native, whole, values);
    },
    marks(name, native, whole, values) { marks(whole, name); marks(values[0], name); return apply(native, whole, values); },
    shown: (name, native, self) => 'function ' + self.name + '() {\n    [native code]\n}',
  };
})
