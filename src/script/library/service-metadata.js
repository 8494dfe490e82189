(function (host) {
  'use strict';
  const short = (name) => String(name).replace(/^var:\/\/service\//, '').replace(/\//g, '.');
  const unknown = (name) => new Error('the service variable `' + name.slice(0, 80) + '` is not known here');
  const get = (name) => {
    const plain = short(name);
    if (plain === 'error-protocol-response') return String((host.status('message') || {}).code || '');
    if (plain === 'error-protocol-reason-phrase') return (host.status('message') || {}).reason || '';
    const value = host.service(plain.replace(/\./g, '-')) || host.service(plain);
    if (value === undefined) throw unknown(plain);
    return value;
  };
  const set = (name, value) => {
    const plain = short(name);
    if (plain === 'error-protocol-response') host.setStatus('message', Number(value), undefined);
    else if (plain === 'error-protocol-reason-phrase') host.setStatus('message', undefined, String(value));
    else throw new Error('the service variable `' + plain.slice(0, 80) + '` cannot be set here');
  };
  const own = { getVar: get, setVar: set, getVariable: get, setVariable: set };
  // The names are written with dashes or as properties: `sm.URLIn` is `URL-in`.
  const dashed = (name) => name === 'URLIn' ? 'URL-in' : name === 'URI' ? name : name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
  return new Proxy(own, {
    get: (_, name) => typeof name !== 'string' || name in own ? own[name] : get(dashed(name)),
    set: (_, name, value) => { set(dashed(String(name)), value); return true; },
  });
})
