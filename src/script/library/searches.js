(function (own) {
  'use strict';
  // A search compares each place of the text with the whole needle, if the two are unfortunate. These go in steps, and QuickJS
  // looks at its clock before each of them.
  const { apply, charge, chunk, exec, indexOf, lastIndexOf, slice, substitute } = own;
  const { floor, max, min, trunc } = Math, tooMany = /\p{M}{4096}/u;
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
    marks(value, name) {
      charge(value.length);
      if (apply(exec, tooMany, [value])) throw new RangeError('`' + name + '` takes at most 4096 marks on a letter');
    },
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
  return searches;
})
