(function (host, jose) {
  'use strict';
  const { Buffer, fail, key, attempt, later, bytes, assign, isMap, toUrl, headerOf } = jose;
  const none = (value) => Object.keys(value).length === 0;
  class JWEHeader {
    constructor(enc) { this.members = { enc: String(enc) }; this.shared = {}; this.recipients = []; this.key = undefined; }
    setProtected(name, value) { assign(this.members, name, value); return this; }
    getProtected(name) { return name === undefined ? { ...this.members } : this.members[name]; }
    setUnprotected(name, value) { assign(this.shared, name, value); return this; }
    getUnprotected(name) { return name === undefined ? { ...this.shared } : this.shared[name]; }
    get(name) { return name in this.members ? this.members[name] : this.shared[name]; }
    setKey(from) { this.key = from; return this; }
    // `addRecipient(key[, header])`, or `addRecipient(header)` where the key is that of `setKey`.
    addRecipient(from, header) {
      const isHeader = header === undefined && isMap(from) && !(from instanceof Uint8Array) && !('kty' in from) && !('keys' in from);
      this.recipients.push(isHeader ? { key: undefined, header: from } : { key: from, header: header || {} });
      return this;
    }
  }
  const encrypt = (header, plaintext, format) => {
    if (format === 'json') format = 'json_general';
    if (!['compact', 'json_flat', 'json_general'].includes(format))
      throw fail('there is no form `' + format + '`; write compact, json, json_flat or json_general');
    const { members, shared } = header;
    const all = header.recipients.length ? header.recipients : [{ key: undefined, header: {} }];
    if (format !== 'json_general' && all.length > 1) throw fail('several recipients need the form json');
    if (format === 'compact' && !(none(shared) && none(all[0].header))) throw fail('the compact form has no unprotected header');
    for (const one of [members, shared]) if ('zip' in one) throw fail('`zip` is refused: a small message can become a huge one');
    const protectedText = toUrl(JSON.stringify(members));
    const recipients = all.map((one) => {
      const alg = [members, shared, one.header].find((some) => 'alg' in some);
      if (!alg) throw fail("the header has no `alg`; write setProtected('alg', …)");
      return [String(alg.alg), key(one.key === undefined ? header.key : one.key)];
    });
    const enc = 'enc' in shared ? shared.enc : members.enc;
    const sealed = attempt(() => host.jweEncrypt(String(enc), recipients, protectedText, plaintext));
    const { keys, iv, ciphertext, tag } = sealed;
    if (format === 'compact') return [protectedText, keys[0], iv, ciphertext, tag].join('.');
    const each = all.map((one, at) => ({
      ...(none(one.header) ? {} : { header: one.header }), ...(keys[at] === '' ? {} : { encrypted_key: keys[at] }),
    }));
    const head = { protected: protectedText, ...(none(shared) ? {} : { unprotected: shared }) };
    const tail = { iv, ciphertext, tag };
    return format === 'json_flat' ? { ...head, ...each[0], ...tail } : { ...head, recipients: each, ...tail };
  };
  class JWEEncrypter {
    #header; #parts = [];
    constructor(header) { this.#header = header; }
    update(value) { this.#parts.push(bytes(value)); return this; }
    encrypt(format, callback) {
      later(() => encrypt(this.#header, Buffer.concat(this.#parts), format === undefined ? 'compact' : format), callback);
    }
  }
  const textOf = (value) => value === undefined ? '' : String(value);
  const plain = (buffer) => {
    const text = buffer.toString();
    return Buffer.from(text).equals(buffer) ? text : buffer;
  };
  class JWEObject {
    #parts; #protected; #unprotected; #recipients;
    constructor(whole) {
      if (typeof whole === 'string') {
        const [head, encrypted_key, iv, ciphertext, tag] = whole.trim().split('.');
        whole = { protected: head, encrypted_key, iv, ciphertext, tag };
      }
      this.#parts = whole;
      this.#protected = whole.protected === undefined ? {} : headerOf(textOf(whole.protected));
      this.#unprotected = isMap(whole.unprotected) ? whole.unprotected : {};
      const all = Array.isArray(whole.recipients) ? whole.recipients : [whole];
      this.#recipients = all.map((raw) => {
        const header = isMap(raw.header) ? raw.header : {};
        const whole = { ...header, ...this.#unprotected, ...this.#protected };
        return {
          key: undefined, raw, setKey(from) { this.key = from; return this; },
          get: (name) => whole[name], getHeader: (name) => name === undefined ? { ...header } : header[name],
          getUnprotected: (name) => name === undefined ? { ...header } : header[name],
        };
      });
    }
    setKey(from) { for (const one of this.#recipients) one.setKey(from); return this; }
    getProtected(name) { return name === undefined ? { ...this.#protected } : this.#protected[name]; }
    getUnprotected(name) { return name === undefined ? { ...this.#unprotected } : this.#unprotected[name]; }
    get(name) { return this.#recipients.length ? this.#recipients[0].get(name) : undefined; }
    getRecipients() { return this.#recipients; }
    // The content, for the first recipient whose key opens it.
    open() {
      const ours = this.#recipients.filter((one) => one.key !== undefined && one.key !== null);
      if (ours.length === 0) throw fail('there is no key; give one to setKey of the message or of a recipient');
      const { protected: head, unprotected, aad, iv, ciphertext, tag } = this.#parts;
      let last;
      for (const one of ours) {
        const parts = {
          protected: textOf(head), unprotected: unprotected === undefined ? '' : JSON.stringify(unprotected),
          header: one.raw.header === undefined ? '' : JSON.stringify(one.raw.header), aad: textOf(aad),
          encrypted_key: textOf(one.raw.encrypted_key), iv: textOf(iv), ciphertext: textOf(ciphertext), tag: textOf(tag),
        };
        try { return plain(Buffer.from(attempt(() => host.jweDecrypt(key(one.key), parts)))); } catch (error) { last = error; }
      }
      throw last;
    }
  }
  return { JWEHeader, JWEEncrypter, JWEObject, encrypt };
})
