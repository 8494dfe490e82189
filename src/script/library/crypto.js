(function (host) {
  'use strict';
  const { Buffer } = host.use('buffer');
  const bytes = (value, encoding) => typeof value === 'string' ? Buffer.from(value, encoding) : value;
  class Sum {
    #finish;
    #parts = [];
    constructor(finish) { this.#finish = finish; finish(Buffer.alloc(0)); }
    update(value, encoding) { this.#parts.push(Buffer.from(bytes(value, encoding))); return this; }
    digest(encoding) {
      const sum = Buffer.from(this.#finish(Buffer.concat(this.#parts)));
      return encoding ? sum.toString(encoding) : sum;
    }
  }
  const module = {
    createHash: (algorithm) => new Sum((all) => host.digest(String(algorithm), all)),
    createHmac: (algorithm, key) => new Sum((all) => host.hmac(String(algorithm), bytes(key), all)),
    randomBytes(count, callback) {
      const random = Buffer.from(host.random(Number(count)));
      if (typeof callback !== 'function') return random;
      host.soon(() => callback(null, random));
    },
    randomUUID() {
      const random = Buffer.from(host.random(16));
      random[6] = random[6] & 0x0f | 0x40;
      random[8] = random[8] & 0x3f | 0x80;
      return random.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
    timingSafeEqual(a, b) {
      if (a.length !== b.length) throw new RangeError('the lengths differ');
      let difference = 0;
      for (let index = 0; index < a.length; index++) difference |= a[index] ^ b[index];
      return difference === 0;
    },
    getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
  };
  for (const name of ['createSign', 'createVerify', 'createCipheriv', 'createDecipheriv', 'createCipher', 'createDecipher', 'publicEncrypt', 'privateDecrypt', 'pbkdf2', 'pbkdf2Sync', 'createDiffieHellman'])
    module[name] = () => { throw new Error('`crypto.' + name + '` is not built yet; there are createHash, createHmac and randomBytes'); };
  return module;
})
