(function (host) {
  'use strict';
  const names = ['apim', 'assert', 'buffer', 'crypto', 'fs', 'header-metadata', 'jose', 'jwk', 'jwt', 'querystring', 'service-metadata', 'timers', 'url', 'urlopen', 'util'];
  return function require(name) {
    const asked = String(name);
    const plain = /(^|\/)apim(\.custom)?(\.js)?$/.test(asked) ? 'apim' : asked;
    if (names.includes(plain)) return host.use(plain);
    throw new Error('there is no module `' + asked.slice(0, 80) + '`; there are ' + names.join(', '));
  };
})
