(function (host, bare) {
  'use strict';
  const waiting = new Map(), loaded = Object.create(null), soon = [];
  const define = Object.defineProperty, scope = globalThis;
  host.wait = (operation, then) => { waiting.set(operation, then); return operation; };
  host.forget = (operation) => { if (waiting.delete(operation)) host.cancel(operation); };
  host.soon = (then) => { soon.push(then); return then; };
  host.notSoon = (then) => { const at = soon.indexOf(then); if (at >= 0) soon.splice(at, 1); };
  host.use = (name) => loaded[name] || (loaded[name] = host.load(name)(host));
  // Bytes come in as an ArrayBuffer; what goes out may be a body in pieces. Most scripts have neither.
  host.wrap = (value) => value instanceof ArrayBuffer ? host.use('buffer').Buffer.from(value) : value;
  // What a variable holds. A JSON body that nothing parsed is an object that scripts may also take for its text.
  host.read = (name) => {
    if (name === 'message.attachments') return host.use('message')('message').attachments;
    const value = host.wrap(host.get(name));
    if (name.startsWith('request') && host.valuesOfParameters && /^request($|\.parameters)/.test(name)) host.use('parameters')(name, value);
    if (value === null || typeof value !== 'object') return value;
    if (name.endsWith('body') || name.endsWith("body']")) return host.use('body-text')(name, value);
    if (!name.includes('.') && value.body !== null && typeof value.body === 'object') host.use('body-text')(name + '.body', value.body);
    return value;
  };
  host.textOf = () => undefined;
  host.joined = (value) => {
    const whole = loaded.buffer ? loaded.buffer.joined(value) : value;
    return loaded.xml ? loaded.xml.joined(whole) : whole;
  };
  const keep = (name, value) =>
    define(scope, name, { value, writable: true, configurable: true, enumerable: false });
  const lazy = (name, make) => define(scope, name, {
    configurable: true,
    enumerable: false,
    get() { const value = make(); keep(name, value); return value; },
    set(value) { keep(name, value); },
  });
  for (const [name, part] of [['context', 'context'], ['apim', 'apim'], ['apic', 'apim'], ['console', 'console']]) keep(name, host.use(part));
  // Scripts of the v5 engine's `javascript` have the variables and no modules, timers and bytes, and some ask which of these there are.
  if (host.hasModules) {
    lazy('session', () => host.use('session'));
    lazy('require', () => host.use('require'));
    lazy('XML', () => host.use('xml').XML);
    lazy('Node', () => host.use('xml').Node);
    lazy('Buffer', () => host.use('buffer').Buffer);
    for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'])
      lazy(name, () => host.use('timers')[name]);
  }
  define(Math, 'random', { value: host.number, writable: true, configurable: true, enumerable: false });
  // What most scripts ask for is there before one runs.
  host.use('body-text');
  for (const name of ['message', 'request']) host.use('message')(name);
  const variables = bare ? host.use('bare') : { begin() {}, finish() {} };
  return {
    begin(valuesOfParameters) {
      host.valuesOfParameters = valuesOfParameters;
      variables.begin();
    },
    dispatch(operation, outcome) {
      const then = waiting.get(operation);
      waiting.delete(operation);
      if (then) then(outcome);
    },
    next() {
      if (soon.length === 0) return false;
      soon.shift()();
      return true;
    },
    finish: variables.finish,
    truth: (value) => !!value,
    rejected: Object.create(null),
  };
})
