(function (host) {
  'use strict';
  // The variables are globals. Each is read when it is first asked for; what differs at the end goes back.
  const seen = new Map(), scope = globalThis, define = Object.defineProperty;
  const own = new Set(Object.getOwnPropertyNames(scope));
  const copy = (value) => JSON.stringify(value);
  // A condition changes nothing, so that nothing of it is compared at the end.
  const before = host.hasModules ? () => undefined : copy;
  const known = (root) => { const value = host.read(root); seen.set(root, { value, before: before(value) }); return seen.get(root); };
  const variable = (root) => {
    if (own.has(root)) return;
    define(scope, root, {
      configurable: true,
      enumerable: false,
      get: () => (seen.get(root) || known(root)).value,
      set: (value) => { (seen.get(root) || known(root)).value = value; },
    });
    own.add(root);
  };
  host.builtins.forEach(variable);
  scope.get = (name) => host.read(String(name));
  scope.set = (name, value) => host.set(String(name), host.joined(value));
  own.add('get').add('set');
  const quoted = (name) => /^[^.[\]'"]+$/.test(name) ? '.' + name : "['" + name + "']";
  const write = (path, value, before) => {
    if (value === undefined || value === null) { if (before !== undefined && before !== null) host.clear(path); }
    else host.set(path, value instanceof Uint8Array ? value : value);
  };
  const members = (path, value, before, names) => {
    for (const name of names || new Set([...Object.keys(value), ...Object.keys(before)]))
      if (copy(value[name]) !== copy(before[name])) write(path + quoted(name), value[name], before[name]);
  };
  const finish = () => {
    for (const [root, { value, before }] of seen) {
      if (copy(value) === before) continue;
      const old = before === undefined ? {} : JSON.parse(before);
      if (root === 'message') {
        if (value === null || typeof value !== 'object') throw new TypeError('`message` holds body, headers and status');
        if (copy(value.body) !== copy(old.body)) write('message.body', value.body, old.body);
        members('message.headers', value.headers || {}, old.headers || {});
        members('message.status', Object(value.status), Object(old.status), ['code', 'reason']);
      } else if (root === 'request') {
        members('request.parameters', Object(value.parameters), Object(old.parameters));
        const rest = (all) => copy(Object.assign({}, all, { parameters: undefined }));
        if (rest(value) !== rest(old)) throw new TypeError('`request` is what the client sent and cannot be changed');
      } else if (['api', 'client', 'plan', 'env', 'system', 'error'].includes(root)) {
        members(root, Object(value), old);
      } else write(root, value, old);
    }
    for (const name of Object.keys(scope))
      if (!own.has(name) && typeof scope[name] !== 'function') host.set(name, scope[name]);
  };
  return { begin: () => host.ownRoots().forEach(variable), finish };
})
