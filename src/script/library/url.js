(function (host) {
  'use strict';
  const slashed = ['http:', 'https:', 'ftp:', 'file:', 'gopher:'];
  function Url() {
    for (const name of ['protocol', 'slashes', 'auth', 'host', 'port', 'hostname', 'hash', 'search', 'query', 'pathname', 'path', 'href']) this[name] = null;
  }
  Url.prototype.format = function () { return format(this); };
  // Node's older interface, as scripts of DataPower's time have it.
  const parse = (text, withQuery, slashesDenoteHost) => {
    const url = new Url();
    let rest = String(text).trim();
    const hash = rest.indexOf('#');
    if (hash >= 0) { url.hash = rest.slice(hash); rest = rest.slice(0, hash); }
    const search = rest.indexOf('?');
    if (search >= 0) { url.search = rest.slice(search); rest = rest.slice(0, search); }
    const protocol = /^[a-z][a-z0-9.+-]*:/i.exec(rest);
    if (protocol) { url.protocol = protocol[0].toLowerCase(); rest = rest.slice(protocol[0].length); }
    if (rest.startsWith('//') && (protocol || slashesDenoteHost)) {
      url.slashes = true;
      rest = rest.slice(2);
      const end = rest.search(/[/\\]/);
      let authority = end < 0 ? rest : rest.slice(0, end);
      rest = end < 0 ? '' : rest.slice(end);
      const at = authority.lastIndexOf('@');
      if (at >= 0) { url.auth = decodeURIComponent(authority.slice(0, at)); authority = authority.slice(at + 1); }
      const port = /:(\d*)$/.exec(authority);
      if (port) { url.port = port[1] || null; authority = authority.slice(0, port.index); }
      url.hostname = authority.replace(/^\[|\]$/g, '').toLowerCase();
      url.host = authority.toLowerCase() + (url.port ? ':' + url.port : '');
      if (rest === '' && slashed.includes(url.protocol)) rest = '/';
    }
    url.pathname = rest || null;
    if (withQuery) url.query = host.use('querystring').parse(url.search ? url.search.slice(1) : '');
    else url.query = url.search ? url.search.slice(1) : null;
    if (withQuery && url.search === null) url.search = '';
    url.path = url.pathname || url.search ? (url.pathname || '') + (url.search || '') : null;
    url.href = format(url);
    return url;
  };
  const format = (url) => {
    if (typeof url === 'string') url = parse(url);
    let protocol = url.protocol || '';
    if (protocol && !protocol.endsWith(':')) protocol += ':';
    const auth = url.auth ? encodeURIComponent(url.auth).replace(/%3A/i, ':') + '@' : '';
    const name = url.hostname && url.hostname.includes(':') ? '[' + url.hostname + ']' : url.hostname;
    let place = url.host ? auth + url.host : name ? auth + name + (url.port ? ':' + url.port : '') : '';
    let path = url.pathname || '';
    if (place || url.slashes) {
      place = '//' + place;
      if (path && path[0] !== '/') path = '/' + path;
    }
    let search = url.search || '';
    if (!search && url.query && typeof url.query === 'object' && Object.keys(url.query).length)
      search = '?' + host.use('querystring').stringify(url.query);
    if (search && search[0] !== '?') search = '?' + search;
    const hash = url.hash ? (url.hash[0] === '#' ? url.hash : '#' + url.hash) : '';
    return protocol + place + path.replace(/[?#]/g, encodeURIComponent) + search.replace(/#/g, '%23') + hash;
  };
  const resolve = (from, to) => {
    const base = parse(from, false, true), next = parse(to, false, true);
    if (next.protocol && next.protocol !== base.protocol) return next.href;
    if (next.host) { next.protocol = next.protocol || base.protocol; return format(next); }
    const out = Object.assign(new Url(), base, { hash: next.hash });
    if (next.pathname || next.search) out.search = next.search;
    if (next.pathname) {
      const path = next.pathname[0] === '/' ? next.pathname : (base.pathname || '/').replace(/[^/]*$/, '') + next.pathname;
      const parts = [];
      for (const part of path.split('/')) {
        if (part === '..') { if (parts.length > 1) parts.pop(); }
        else if (part !== '.') parts.push(part);
      }
      if (/\/\.{1,2}$/.test(path)) parts.push('');
      out.pathname = parts.join('/');
    }
    out.query = null;
    return format(out);
  };
  // DataPower documents once called `url.open`, which is `urlopen.open`.
  return { parse, format, resolve, open: (options, callback) => host.use('urlopen').open(options, callback) };
})
