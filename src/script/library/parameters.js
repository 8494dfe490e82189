(function (host) {
  'use strict';
  // A parameter is its text, as `$(request.parameters.x)` is. Scripts of the API gateway also ask it for its values and for where they were
  // sent, so a text that was read from a parameter has these two members.
  const names = new Map();
  const member = (name, of) =>
    Object.defineProperty(String.prototype, name, {
      configurable: true,
      get() { const text = String(this); return names.has(text) ? of(text) : undefined; },
      set(value) { if (typeof this === 'object') Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true }); },
    });
  member('values', (text) => [text]);
  member('locations', (text) => host.get(names.get(text) + '.locations'));
  const hidden = (on, name, value) => Object.defineProperty(on, name, { value, writable: true, configurable: true });
  const note = (name, value) => {
    if (typeof value === 'string') names.set(value, name);
    else if (Array.isArray(value)) {
      hidden(value, 'values', value.slice());
      hidden(value, 'locations', host.get(name + '.locations'));
    }
  };
  return (name, value) => {
    if (name === 'request') { if (value) noteAll(value.parameters); }
    else if (name === 'request.parameters') noteAll(value);
    else note(name, value);
    return value;
  };
  function noteAll(all) {
    for (const name of Object.keys(all || {}))
      if (!/['\]\\]/.test(name)) note("request.parameters['" + name + "']", all[name]);
  }
})
