(function (host) {
  'use strict';
  const made = new Map(), roots = new WeakMap();
  const bytes = (root) => host.use('buffer').Buffer.from(host.body(root, 'bytes'));
  const problem = (error) => {
    error.errorMessage = error.message;
    error.errorCode = error.errorCode || '0x85800000';
    return error;
  };
  // A callback runs behind the statement that asked; without one there is a promise.
  const reading = (read) => (callback) => {
    if (typeof callback !== 'function')
      return new Promise((resolve, reject) => host.soon(() => { try { resolve(read()); } catch (error) { reject(error); } }));
    host.soon(() => {
      let value;
      try { value = read(); } catch (error) { return callback(problem(error), undefined); }
      return callback(null, value);
    });
  };

  function Body(root) {
    this.readAsJSON = reading(() => {
      try { return host.body(root, 'json'); }
      catch (error) { throw new SyntaxError('the body is not JSON: ' + error.message); }
    });
    this.readAsBuffer = reading(() => bytes(root));
    this.readAsBuffers = reading(() => host.use('buffer').buffers(bytes(root)));
    this.readAsString = reading(() => host.body(root, 'text'));
    this.readAsXML = reading(() => host.use('xml').body(root));
    this.write = (value) => host.write(root, value === undefined ? '' : host.joined(value));
  }

  function Header(root) {
    this.get = (name) => name === undefined ? host.headers(root) : host.header(root, String(name));
    this.set = (name, value) => host.setHeader(root, String(name), Array.isArray(value) ? value : String(value));
    this.remove = (name) => host.removeHeader(root, String(name));
  }

  // Reads and writes go through to the message, whose names compare without case.
  const headers = (root) => new Proxy({}, {
    get: (_, name) => typeof name === 'string' ? host.header(root, name) : undefined,
    has: (_, name) => typeof name === 'string' && host.header(root, name) !== undefined,
    set: (_, name, value) => { host.setHeader(root, String(name), Array.isArray(value) ? value : String(value)); return true; },
    deleteProperty: (_, name) => { host.removeHeader(root, String(name)); return true; },
    ownKeys: () => Object.keys(host.headers(root)),
    getOwnPropertyDescriptor: (_, name) => {
      const value = typeof name === 'string' ? host.header(root, name) : undefined;
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
  });

  class Message {
    #root;
    constructor(root) {
      this.#root = root;
      const body = new Body(root), header = new Header(root);
      Object.defineProperty(this, 'body', { value: body, enumerable: true });
      Object.defineProperty(this, 'header', { value: header, enumerable: true });
    }
    get attachments() { return host.use('attachments')(this.#root, reading); }
    get headers() { return headers(this.#root); }
    set headers(all) {
      for (const name of Object.keys(host.headers(this.#root))) host.removeHeader(this.#root, name);
      for (const name of Object.keys(all)) host.setHeader(this.#root, name, all[name]);
    }
    get statusCode() { return (host.status(this.#root) || {}).code ?? undefined; }
    set statusCode(value) {
      const [, code, reason] = /^\s*(\d+)\s*(.*?)\s*$/.exec(String(value)) || [undefined, String(value)];
      host.setStatus(this.#root, /^\d+$/.test(code) ? Number(code) : code, reason || undefined);
    }
    get reasonPhrase() { return (host.status(this.#root) || {}).reason ?? undefined; }
    set reasonPhrase(value) { host.setStatus(this.#root, undefined, String(value)); }
  }
  for (const name of ['verb', 'method', 'uri', 'path', 'search', 'querystring', 'parameters', 'date'])
    Object.defineProperty(Message.prototype, name, {
      configurable: true,
      get() { return this === made.get('request') ? host.read('request.' + (name === 'method' ? 'verb' : name)) : undefined; },
    });

  const message = (root) => {
    if (!made.has(root)) {
      made.set(root, new Message(root));
      roots.set(made.get(root), root);
    }
    return made.get(root);
  };
  message.rootOf = (one) => roots.get(one);
  return message;
})
