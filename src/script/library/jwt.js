(function (host) {
  'use strict';
  const jose = host.use('jose');
  // IBM's `addOperation([options,] name, value)`.
  const operation = (all) => {
    const [options, name, value] = typeof all[0] === 'object' ? all : [{}, ...all];
    if (name === 'encrypt' || name === 'decrypt') throw jose.fail('encryption (JWE) is not built yet; there are signatures (JWS)');
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
  class Encoder {
    #claims; #header;
    constructor(claims) { this.#claims = claims; }
    addOperation(...all) {
      const { name, value } = operation(all);
      if (name !== 'sign') throw jose.fail('there is no operation `' + name + '`; write `sign`');
      this.#header = value;
      return this;
    }
    encode(callback) {
      jose.later(() => {
        if (!this.#header) throw jose.fail('the token needs the operation `sign`');
        const payload = typeof this.#claims === 'string' ? this.#claims : JSON.stringify(this.#claims);
        if (!('typ' in this.#header.members)) this.#header.setProtected('typ', 'JWT');
        return jose.sign(this.#header, payload);
      }, callback);
    }
  }
  class Decoder {
    #token; #operations = [];
    constructor(token) { this.#token = String(token); }
    addOperation(...all) {
      const one = operation(all);
      if (one.name !== 'verify' && one.name !== 'validate')
        throw jose.fail('there is no operation `' + one.name + '`; write `verify` or `validate`');
      this.#operations.push(one);
      return this;
    }
    decode(callback) {
      jose.later(() => {
        const parts = this.#token.split('.');
        if (parts.length === 5) throw jose.fail('the token is encrypted (JWE), which is not supported');
        if (parts.length !== 3) throw jose.fail('the token is not of the form header.claims.signature');
        // Claims that nobody verified are nobody's.
        if (!this.#operations.some((one) => one.name === 'verify')) throw jose.fail('the token needs the operation `verify`');
        const header = jose.headerOf(parts[0]);
        for (const one of this.#operations) if (one.name === 'verify') jose.verify(parts, header, one.value);
        const claims = JSON.parse(jose.fromUrl(parts[1]).toString());
        if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) throw jose.fail('the claims are no map');
        for (const one of this.#operations) if (one.name === 'validate') validate(claims, one.value, one.options);
        return claims;
      }, callback);
    }
  }
  return { Encoder, Decoder };
})
