(function (host) {
  'use strict';
  const message = host.use('message');
  const type = () => String(host.header('message', 'content-type') || '').split(';')[0].trim().toLowerCase();
  const named = (name) => {
    if (name === 'message' || name === 'request') return message(name);
    return host.isMessage(String(name)) ? message(String(name)) : undefined;
  };
  const plain = (value) => host.joined(value);
  return {
    get: (name) => host.read(String(name)),
    set: (name, value) => host.set(String(name), plain(value)),
    clear: (name) => host.clear(String(name)),
    get message() { return message('message'); },
    get request() { return message('request'); },
    getMessage: named,
    createMessage(name, from) {
      name = String(name);
      if (!/^[A-Za-z_$][\w$-]*$/.test(name) || ['request', 'api', 'client', 'plan', 'env', 'system', 'session', 'error'].includes(name))
        throw new TypeError('`' + name.slice(0, 80) + '` cannot be the name of a message');
      if (name !== 'message') host.create(name);
      const made = message(name);
      if (from) {
        made.headers = Object.assign({}, from.headers);
        if (from.statusCode) made.statusCode = from.statusCode;
        const root = message.rootOf(from);
        if (root !== undefined) host.write(name, host.body(root, 'bytes'));
      }
      return made;
    },
    reject(name, text) {
      if (text === undefined) { text = name; name = ''; }
      host.reject(name === undefined ? '' : String(name), text === undefined ? '' : String(text), undefined, undefined);
    },
    isXML: () => /[/+]xml$/.test(type()),
    isJSON: () => /[/+]json$/.test(type()),
    isText: () => /^text\//.test(type()),
    isBinary: () => /^application\/octet-stream$/.test(type()),
    isForm: () => type() === 'application/x-www-form-urlencoded',
    isMultipart: () => /^multipart\//.test(type()),
    swagger: {
      readAsJSON(callback) {
        if (typeof callback !== 'function') return Promise.resolve(host.document());
        host.soon(() => callback(null, host.document()));
      },
    },
  };
})
