(function (most, load) {
  'use strict';
  // QuickJS looks at its clock between instructions, once in 10,000 jumps and calls, and in few of its functions. These take
  // long where a length or a text is long: above a limit they refuse, and below it the work counts as jumps.
  const { apply, defineProperty: define } = Reflect, { isArray } = Array;
  const text = String.prototype, { indexOf, lastIndexOf, slice, replace: substitute } = text, spreadable = Symbol.isConcatSpreadable;
  const names = new WeakMap(), nameOf = names.get;
  // Comparisons of two texts between two looks at the clock.
  const chunk = 2 ** 24, { exec } = RegExp.prototype;
  const charge = (work) => { for (let rounds = work / 256; rounds >= 1; rounds--); };
  const replace = (on, name, make) => {
    const native = on[name];
    if (typeof native !== 'function') return;
    const guard = { [name]() { return make(native, this, arguments); } }[name];
    if (native.length) define(guard, 'length', { value: native.length });
    names.set(guard, name);
    define(on, name, { value: guard });
  };
  const measure = (list, name) => {
    if (list === null || list === undefined) return;
    const { length } = list;
    if (length < 256 || typeof length !== 'number' && typeof length !== 'string') return;
    if (length > most) throw new RangeError('`' + name + '` takes a length of at most ' + most + ' and not ' + length);
    charge(+length);
  };
  const measured = (name) => (native, list, values) => { measure(list, name); return apply(native, list, values); };
  const arrays = Array.prototype;
  for (const name of ['copyWithin', 'fill', 'flat', 'flatMap', 'join', 'reverse', 'shift', 'slice', 'sort', 'splice', 'toLocaleString', 'toReversed', 'toSorted', 'toSpliced', 'unshift', 'with'])
    replace(arrays, name, measured(name));
  replace(arrays, 'concat', (native, list, values) => {
    measure(list, 'concat');
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      if (value !== null && typeof value === 'object' && (isArray(value) || value[spreadable])) measure(value, 'concat');
    }
    return apply(native, list, values);
  });
  for (const name of ['join', 'toLocaleString'])
    replace(Object.getPrototypeOf(Uint8Array.prototype), name, measured(name));
  replace(String, 'raw', (native, self, values) => {
    if (values[0]) measure(values[0].raw, 'raw');
    return apply(native, self, values);
  });

  // What few scripts need is read when one does, with the functions as they were.
  let rare;
  const searches = () => rare || (rare = load()({ apply, charge, chunk, exec, indexOf, lastIndexOf, slice, substitute }));
  for (const name of ['includes', 'indexOf', 'lastIndexOf', 'replace', 'replaceAll', 'split'])
    replace(text, name, (native, whole, values) => {
      const part = values[0];
      if (typeof whole === 'string' && typeof part === 'string') {
        const comparisons = whole.length * part.length;
        if (comparisons > chunk) return searches()[name](whole, values);
        if (comparisons > 65535) charge(comparisons / 16);
      }
      return apply(native, whole, values);
    });
  for (const name of ['normalize', 'localeCompare'])
    replace(text, name, (native, whole, values) => {
      for (const value of [whole, values[0]])
        if (typeof value === 'string' && value.length > 4096) searches().marks(value, name);
      return apply(native, whole, values);
    });
  replace(Function.prototype, 'toString', (native, self, values) => {
    const name = typeof self === 'function' ? apply(nameOf, names, [self]) : undefined;
    return name === undefined ? apply(native, self, values) : 'function ' + name + '() {\n    [native code]\n}';
  });
})
