(function () {
  'use strict';
  // A JSON body that no step has parsed: its members are there, and where a script takes it for text it is the text that was sent.
  const bodies = new WeakMap(), texts = String.prototype;
  const names = ['charAt', 'charCodeAt', 'concat', 'endsWith', 'includes', 'indexOf', 'lastIndexOf', 'match', 'matchAll', 'replace', 'replaceAll',
    'search', 'slice', 'split', 'startsWith', 'substr', 'substring', 'toLowerCase', 'toUpperCase', 'trim'];
  let read;
  const text = (value) => bodies.has(value) ? read(bodies.get(value)) : '';
  const hidden = (on, name, value) => Object.defineProperty(on, name, { value, writable: true, configurable: true });
  // Members of the body, and methods of lists, hide these.
  const kind = (base) => {
    const made = Object.create(base);
    for (const name of names)
      if (!(name in base)) hidden(made, name, function (...values) { return texts[name].apply(text(this), values); });
    if (!('length' in base))
      Object.defineProperty(made, 'length', {
        configurable: true,
        get() { return text(this).length; },
        set(value) { Object.defineProperty(this, 'length', { value, writable: true, configurable: true, enumerable: true }); },
      });
    hidden(made, 'toString', function () { return bodies.has(this) ? text(this) : base.toString.call(this); });
    hidden(made, Symbol.toPrimitive, function () { return this.toString(); });
    return made;
  };
  const object = kind(Object.prototype), list = kind(Array.prototype);
  return function (host) {
    read = host.textOfBody;
    host.textOf = (value) => bodies.has(value) ? text(value) : undefined;
    return (name, value) => {
      const body = host.bodyAsSent(name);
      if (body === undefined || bodies.has(value)) return value;
      bodies.set(value, body);
      const made = Array.isArray(value) ? list : object;
      return Object.setPrototypeOf(value, made);
    };
  };
})()
