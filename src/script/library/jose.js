(function (host) {
  'use strict';
  const { Buffer, joined } = host.use('buffer');
  const fail = (message) => Object.assign(new Error(message), { errorMessage: message });
  const toUrl = (bytes) =>
    Buffer.from(bytes).toString('base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const fromUrl = (text) => {
    if (!/^[A-Za-z0-9_-]*$/.test(text)) throw fail('a part of the token is not base64url');
    return Buffer.from(text.replace(/-/g, '+').replace(/_/g, '/'), 'base64');
  };
  const isMap = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const headerOf = (text) => {
    let header;
    try { header = JSON.parse(fromUrl(text).toString()); } catch (error) { throw fail('the header of the token is not JSON'); }
    if (!isMap(header)) throw fail('the header of the token is no map');
    if ('crit' in header) throw fail('the token asks for extensions in `crit`, and none is supported');
    return header;
  };
  // A JWK, PEM, bytes of a shared secret, or the name of a crypto object.
  const key = (value) => {
    if (value === undefined || value === null) throw fail('there is no key');
    if (typeof value === 'string') return value;
    return value instanceof Uint8Array ? value : JSON.stringify(value);
  };
  const attempt = (work) => { try { return work(); } catch (error) { throw fail(error.message); } };
  const later = (work, callback) => {
    let error, value;
    try { value = work(); } catch (caught) { error = caught; }
    host.soon(() => callback(error, value));
  };
  const bytes = (value) => {
    const whole = joined(value);
    return Buffer.from(whole instanceof Uint8Array ? whole : String(whole));
  };
  const assign = (to, name, value) => { Object.assign(to, isMap(name) ? name : { [name]: value }); };

  class JWSHeader {
    constructor(from, algorithm) { this.key = from; this.members = { alg: String(algorithm) }; }
    setProtected(name, value) { assign(this.members, name, value); return this; }
    setHeader(name, value) { return this.setProtected(name, value); }
    getProtected(name) { return name === undefined ? { ...this.members } : this.members[name]; }
    get(name) { return this.members[name]; }
    setKey(from) { this.key = from; return this; }
  }
  const sign = (header, payload) => {
    const input = toUrl(JSON.stringify(header.members)) + '.' + toUrl(payload);
    return input + '.' + toUrl(attempt(() => host.jwsSign(String(header.members.alg), key(header.key), Buffer.from(input))));
  };
  const verify = (parts, header, from) => {
    const input = Buffer.from(parts[0] + '.' + parts[1]);
    if (!attempt(() => host.jwsVerify(String(header.alg), key(from), input, fromUrl(parts[2]))))
      throw fail('the signature of the token does not verify');
  };
  class JWSSigner {
    #header; #parts = [];
    constructor(header) { this.#header = header; }
    update(value) { this.#parts.push(bytes(value)); return this; }
    sign(format, callback) {
      later(() => {
        const [header, payload, signature] = sign(this.#header, Buffer.concat(this.#parts)).split('.');
        if (format === 'compact' || format === undefined) return [header, payload, signature].join('.');
        if (format === 'json_flat') return { payload, protected: header, signature };
        if (format === 'json_general') return { payload, signatures: [{ protected: header, signature }] };
        throw fail('there is no form `' + format + '`; write compact, json_flat or json_general');
      }, callback);
    }
  }
  class JWSObject {
    #payload; #signatures;
    constructor(text) {
      const parts = typeof text === 'string' ? text.split('.') : [];
      if (typeof text === 'string' && parts.length !== 3) throw fail('the token is not of the form header.payload.signature');
      const all = typeof text === 'string' ? [{ protected: parts[0], signature: parts[2] }] : text.signatures || [text];
      this.#payload = typeof text === 'string' ? parts[1] : text.payload;
      this.#signatures = all.map((one) => {
        const header = headerOf(one.protected);
        return {
          setKey(from) { this.key = from; return this; }, key: undefined, header, raw: one,
          getProtected: (name) => name === undefined ? { ...header } : header[name], get: (name) => header[name],
        };
      });
    }
    getSignatures() { return this.#signatures; }
    getPayload() { return fromUrl(this.#payload).toString(); }
    check() {
      if (this.#signatures.length === 0) throw fail('the token is not signed');
      for (const one of this.#signatures) verify([one.raw.protected, this.#payload, one.raw.signature], one.header, one.key);
    }
  }
  let made;
  const jwe = () => made || (made = host.load('jwe')(host, { Buffer, fail, key, attempt, later, bytes, assign, isMap, toUrl, headerOf }));
  const parse = (value) => {
    const text = Buffer.isBuffer(value) ? value.toString() : value;
    let whole = text;
    if (typeof text === 'string' && text.trim().startsWith('{')) {
      try { whole = JSON.parse(text); } catch (error) { throw fail('the message is not JSON'); }
    }
    if (typeof whole !== 'string' && !isMap(whole)) throw fail('the message is neither text nor a map');
    const isEncrypted = typeof whole === 'string' ? whole.split('.').length === 5 : 'ciphertext' in whole;
    return isEncrypted ? new (jwe().JWEObject)(whole) : new JWSObject(whole);
  };
  return {
    createJWSHeader: (from, algorithm) => new JWSHeader(from, algorithm),
    createJWSSigner: (header) => new JWSSigner(header),
    createJWSVerifier: (object) => ({ validate: (callback) => later(() => object.check(), callback) }),
    createJWEHeader: (enc) => new (jwe().JWEHeader)(enc),
    createJWEEncrypter: (header) => new (jwe().JWEEncrypter)(header),
    createJWEDecrypter: (object) => ({ decrypt: (callback) => later(() => object.open(), callback) }),
    parse,
    fail, later, sign, verify, headerOf, fromUrl, encrypt: (...all) => jwe().encrypt(...all),
  };
})
