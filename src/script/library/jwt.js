(function (host) {
  'use strict';
  const jose = host.use('jose'), { Buffer } = host.use('buffer');
  // IBM's `addOperation([options,] name, value)`.
  const operation = (all) => {
    const [options, name, value] = typeof all[0] === 'object' ? all : [{}, ...all];
    return { options, name, value };
  };
  const seconds = (claims, name) => {
    if (typeof claims[name] !== 'number') throw jose.fail('`' + name + '` is no number');
    return claims[name];
  };
  const validate = (claims, expected, options) => {
    const now = Date.now() / 1000, wants = (name) => options[name] !== false;
    if ('exp' in claims && wants('validateExpiration') && seconds(claims, 'exp') <= now) throw jose.fail('the token has expired');
    if ('nbf' in claims && wants('validateNotBefore') && seconds(claims, 'nbf') > now) throw jose.fail('the token is not valid yet');
    for (const [name, wanted] of Object.entries(expected || {})) {
      if (name === 'aud' && !wants('validateAudience')) continue;
      const found = Array.isArray(claims[name]) ? claims[name] : [claims[name]];
      const fits = (one) => wanted instanceof RegExp ? wanted.test(String(one)) : [].concat(wanted).includes(one);
      if (!found.some(fits)) throw jose.fail('the claim `' + name + '` is not what is asked for');
    }
  };
  const isClaims = (text) => !/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)+$/.test(text);
  class Encoder {
    #claims; #operations = [];
    constructor(claims) { this.#claims = claims; }
    addOperation(...all) {
      const one = operation(all);
      if (one.name !== 'sign' && one.name !== 'encrypt')
        throw jose.fail('there is no operation `' + one.name + '`; write `sign` or `encrypt`');
      this.#operations.push(one);
      return this;
    }
    // In the order in which they were added: what is signed first lies inside.
    encode(callback) {
      jose.later(() => {
        if (this.#operations.length === 0) throw jose.fail('the token needs the operation `sign` or `encrypt`');
        let payload = typeof this.#claims === 'string' ? this.#claims : JSON.stringify(this.#claims);
        for (const { name, value: header } of this.#operations) {
          if (!header || !header.members) throw jose.fail('the operation `' + name + '` needs a header made by `jose`');
          if (!('typ' in header.members)) header.setProtected('typ', 'JWT');
          payload = name === 'sign' ? jose.sign(header, payload) : jose.encrypt(header, Buffer.from(payload), 'compact');
        }
        return payload;
      }, callback);
    }
  }
  class Decoder {
    #token; #operations = [];
    constructor(token) { this.#token = String(token); }
    addOperation(...all) {
      const one = operation(all);
      if (!['decrypt', 'verify', 'validate'].includes(one.name))
        throw jose.fail('there is no operation `' + one.name + '`; write `decrypt`, `verify` or `validate`');
      this.#operations.push(one);
      return this;
    }
    decode(callback) {
      jose.later(() => {
        const of = (name) => this.#operations.filter((one) => one.name === name);
        let text = this.#token;
        for (const one of of('decrypt')) {
          if (text.split('.').length !== 5) throw jose.fail('the token is not encrypted');
          text = String(jose.parse(text).setKey(one.value).open());
        }
        const parts = text.split('.');
        if (of('decrypt').length && isClaims(text)) {
          if (of('verify').length) throw jose.fail('the encrypted token is not signed');
        } else {
          if (parts.length === 5) throw jose.fail('the token is encrypted; add the operation `decrypt`');
          if (parts.length !== 3) throw jose.fail('the token is not of the form header.claims.signature');
          // Claims that nobody verified are nobody's.
          if (!of('verify').length) throw jose.fail('the token needs the operation `verify`');
          const header = jose.headerOf(parts[0]);
          for (const one of of('verify')) jose.verify(parts, header, one.value);
          text = jose.fromUrl(parts[1]).toString();
        }
        let claims;
        try { claims = JSON.parse(text); } catch (error) { throw jose.fail('the claims are not JSON'); }
        if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) throw jose.fail('the claims are no map');
        for (const one of of('validate')) validate(claims, one.value, one.options);
        return claims;
      }, callback);
    }
  }
  return { Encoder, Decoder };
})
