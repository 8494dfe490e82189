(function (host) {
  'use strict';
  const side = (root, writable) => ({
    get: (name) => name === undefined ? host.headers(root) : host.header(root, String(name)),
    set(name, value) {
      if (!writable) throw new TypeError('the headers that the client sent cannot be changed');
      if (typeof name === 'object' && name !== null) {
        for (const key of Object.keys(name)) host.setHeader(root, key, String(name[key]));
      } else host.setHeader(root, String(name), Array.isArray(value) ? value : String(value));
    },
    remove(name) {
      if (!writable) throw new TypeError('the headers that the client sent cannot be changed');
      host.removeHeader(root, String(name));
    },
    get headers() { return host.headers(root); },
    get statusCode() { return (host.status(root) || {}).code ?? undefined; },
    set statusCode(value) { host.use('message')(root).statusCode = value; },
    get reasonPhrase() { return (host.status(root) || {}).reason ?? undefined; },
    set reasonPhrase(value) { host.use('message')(root).reasonPhrase = value; },
  });
  return { current: side('message', true), response: side('message', true), original: side('request', false) };
})
