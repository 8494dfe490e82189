(function (host) {
  'use strict';
  const get = (name) => host.read(String(name));
  const set = (name, value, action) => {
    name = String(name);
    if (action === 'clear') return host.clear(name);
    if (action === 'add') {
      const before = host.get(name);
      value = before === undefined ? value : [].concat(before, value);
    }
    return host.set(name, host.joined(value));
  };
  const body = () => host.use('message')('message').body;
  return {
    getvariable: get,
    getVariable: get,
    setvariable: set,
    setVariable: set,
    getContext: (name) => name === undefined || name === '' ? Object.fromEntries(host.roots().map((root) => [root, host.get(root)])) : get(name),
    setContext: set,
    output: (type) => host.setHeader('message', 'content-type', String(type)),
    error(name, code, reason, text) {
      host.reject(String(name === undefined ? '' : name), String(text === undefined ? '' : text),
        code === undefined || code === null || code === '' ? undefined : Number(code),
        reason === undefined || reason === null ? undefined : String(reason));
    },
    readInput: (callback) => body().readAsBuffers(callback),
    readInputAsJSON: (callback) => body().readAsJSON(callback),
    readInputAsBuffer: (callback) => body().readAsBuffer(callback),
    readInputAsBuffers: (callback) => body().readAsBuffers(callback),
    readInputAsString: (callback) => body().readAsString(callback),
    readInputAsXML: (callback) => body().readAsXML(callback),
    getPolicyProperty: () => undefined,
    get console() { return host.use('console'); },
  };
})
