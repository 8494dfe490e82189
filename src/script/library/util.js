(function (host) {
  'use strict';
  const inspect = (value, options) => {
    const seen = [], most = options && typeof options === 'object' && options.depth !== undefined ? (options.depth === null ? 50 : options.depth) : 2;
    const show = (value, depth) => {
      if (typeof value === 'string') return depth === 0 ? "'" + value + "'" : "'" + value.replace(/'/g, "\\'") + "'";
      if (typeof value === 'function') return '[Function' + (value.name ? ': ' + value.name : '') + ']';
      if (typeof value === 'bigint') return value + 'n';
      if (typeof value === 'symbol' || value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
      if (value instanceof Error) return value.stack ? String(value) + '\n' + value.stack.trimEnd() : String(value);
      if (value instanceof Date) return isNaN(value) ? 'Invalid Date' : value.toISOString();
      if (value instanceof RegExp) return String(value);
      if (value instanceof Uint8Array) {
        const first = Array.from(value.subarray(0, 50), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
        return '<Buffer' + (first ? ' ' + first : '') + (value.length > 50 ? ' ... ' + (value.length - 50) + ' more bytes' : '') + '>';
      }
      if (seen.includes(value)) return '[Circular]';
      if (depth > most) return Array.isArray(value) ? '[Array]' : '[Object]';
      seen.push(value);
      let text;
      if (value instanceof Map) text = 'Map { ' + Array.from(value, ([key, one]) => show(key, depth + 1) + ' => ' + show(one, depth + 1)).join(', ') + ' }';
      else if (value instanceof Set) text = 'Set { ' + Array.from(value, (one) => show(one, depth + 1)).join(', ') + ' }';
      else if (Array.isArray(value)) {
        const items = value.slice(0, 100).map((one) => show(one, depth + 1));
        if (value.length > 100) items.push('... ' + (value.length - 100) + ' more items');
        text = items.length ? '[ ' + items.join(', ') + ' ]' : '[]';
      } else {
        const members = Object.keys(value).map((key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : "'" + key + "'") + ': ' + show(value[key], depth + 1));
        text = members.length ? '{ ' + members.join(', ') + ' }' : '{}';
      }
      seen.pop();
      return text;
    };
    return show(value, 0);
  };
  const format = (first, ...rest) => {
    const plain = (value) => typeof value === 'string' ? value : inspect(value);
    if (typeof first !== 'string') return [first, ...rest].map(plain).join(' ');
    const text = first.replace(/%[sdifjoO%]/g, (mark) => {
      if (mark === '%%') return '%';
      if (rest.length === 0) return mark;
      const value = rest.shift();
      switch (mark) {
        case '%s': return typeof value === 'string' ? value : inspect(value, { depth: 0 });
        case '%d': return String(Number(value));
        case '%i': return String(parseInt(value, 10));
        case '%f': return String(parseFloat(value));
        case '%j': try { return JSON.stringify(value); } catch (_) { return '[Circular]'; }
        default: return inspect(value);
      }
    });
    return [text, ...rest.map(plain)].join(' ');
  };
  const is = (name) => (value) => Object.prototype.toString.call(value) === '[object ' + name + ']';
  return {
    inspect,
    format,
    inherits(child, parent) { child.super_ = parent; Object.setPrototypeOf(child.prototype, parent.prototype); },
    promisify: (call) => (...values) => new Promise((resolve, reject) => call(...values, (error, value) => error ? reject(error) : resolve(value))),
    callbackify: (call) => (...values) => {
      const callback = values.pop();
      call(...values).then((value) => host.soon(() => callback(null, value)), (error) => host.soon(() => callback(error)));
    },
    deprecate: (call) => call,
    isArray: Array.isArray,
    isBoolean: (value) => typeof value === 'boolean',
    isNull: (value) => value === null,
    isNullOrUndefined: (value) => value === null || value === undefined,
    isNumber: (value) => typeof value === 'number',
    isString: (value) => typeof value === 'string',
    isSymbol: (value) => typeof value === 'symbol',
    isUndefined: (value) => value === undefined,
    isObject: (value) => value !== null && typeof value === 'object',
    isFunction: (value) => typeof value === 'function',
    isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
    isRegExp: is('RegExp'),
    isDate: is('Date'),
    isError: (value) => is('Error')(value) || value instanceof Error,
    isBuffer: (value) => host.use('buffer').Buffer.isBuffer(value),
  };
})
