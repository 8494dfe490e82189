(function (host) {
  'use strict';
  // DataPower has a module of this name; what is in it stands in no document that we know.
  return new Proxy({}, {
    get(_, name) {
      if (typeof name !== 'string' || name === 'then' || name === 'toJSON') return undefined;
      throw host.use('jose').fail(
        '`jwk.' + name.slice(0, 40) + '` is not there; a JWK is an object, and `jose` and `jwt` take it as a key as it is');
    },
  });
})
