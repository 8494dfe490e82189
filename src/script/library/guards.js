(function (most, load) {
  'use strict';
  // QuickJS looks at its clock between instructions, once in 10,000 jumps and calls, when it is asked for memory, and in few of its
  // functions. These do none of it and take long where a length or a text is long. This file is read for every script, so it only
  // finds out which calls those are; what happens to them is in `searches.js`, which is read with the first one.
  const { apply } = Reflect, lists = Array.prototype, texts = String.prototype, guards = [];
  const { indexOf, lastIndexOf, slice, replace } = texts, { exec } = RegExp.prototype;
  let long;
  const guard = (on, names, kind, isLong) => {
    for (const name of names) {
      const native = on[name], { length } = native;
      const call = (self, values) => {
        if (!isLong(self, values)) return apply(native, self, values);
        long = long || load()({ most, apply, exec, indexOf, lastIndexOf, slice, replace });
        return long[kind](name, native, self, values);
      };
      const like = length === 0 ? { [name]() { return call(this, arguments); } }
        : length === 1 ? { [name](_) { return call(this, arguments); } }
        : { [name](_, __) { return call(this, arguments); } };
      guards.push(on[name] = like[name]);
    }
  };
  const isLong = (list) => list !== null && list !== undefined && list.length >= 256;
  guard(lists, ['copyWithin', 'flat', 'flatMap', 'join', 'reverse', 'shift', 'slice', 'sort', 'splice', 'toLocaleString', 'unshift'], 'list', isLong);
  guard(lists, ['concat'], 'concat', (list, values) => {
    for (let at = 0; at < values.length; at++) if (isLong(values[at])) return true;
    return isLong(list);
  });
  guard(String, ['raw'], 'raw', (_, values) => values[0] && isLong(values[0].raw));
  guard(texts, ['includes', 'indexOf', 'lastIndexOf', 'replace', 'replaceAll', 'split'], 'search', (whole, values) => {
    const part = values[0];
    return typeof whole === 'string' && typeof part === 'string' && whole.length * part.length > 65535;
  });
  guard(texts, ['normalize', 'localeCompare'], 'marks', (whole, values) => whole && whole.length > 4096 || values[0] && values[0].length > 4096);
  guard(Function.prototype, ['toString'], 'shown', (self) => guards.includes(self));
})
