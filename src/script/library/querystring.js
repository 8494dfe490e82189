(function () {
  'use strict';
  const escape = (text) => encodeURIComponent(text);
  const unescape = (text) => { try { return decodeURIComponent(text); } catch (_) { return text; } };
  const module = {
    escape,
    unescape,
    parse(text, separator = '&', equals = '=', options) {
      const found = Object.create(null), most = options && typeof options.maxKeys === 'number' ? options.maxKeys : 1000;
      if (typeof text !== 'string' || text === '') return found;
      const parts = text.split(separator);
      for (const part of most > 0 ? parts.slice(0, most) : parts) {
        if (part === '') continue;
        const plain = part.replace(/\+/g, ' '), at = plain.indexOf(equals);
        const name = module.unescape(at < 0 ? plain : plain.slice(0, at));
        const value = at < 0 ? '' : module.unescape(plain.slice(at + equals.length));
        if (!(name in found)) found[name] = value;
        else if (Array.isArray(found[name])) found[name].push(value);
        else found[name] = [found[name], value];
      }
      return found;
    },
    stringify(object, separator = '&', equals = '=') {
      const text = (value) => ['string', 'boolean', 'bigint'].includes(typeof value) || (typeof value === 'number' && isFinite(value)) ? module.escape(String(value)) : '';
      return Object.keys(object || {}).flatMap((name) =>
        [].concat(object[name]).map((value) => module.escape(name) + equals + text(value))).join(separator);
    },
  };
  module.decode = module.parse;
  module.encode = module.stringify;
  return module;
})
