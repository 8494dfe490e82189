(function (host) {
  'use strict';
  const most = 0x3fffffff;
  const known = ['utf8', 'utf-8', 'hex', 'base64', 'base64url', 'latin1', 'binary', 'ascii', 'utf16le', 'utf-16le', 'ucs2', 'ucs-2'];
  const bytesOf = (value, encoding) => new Uint8Array(host.decode(String(value).toWellFormed(), encoding || 'utf8'));
  const own = (array) => { Object.setPrototypeOf(array, Buffer.prototype); return array; };
  const size = (count) => {
    if (typeof count !== 'number') throw new TypeError('the size is a number');
    if (!(count >= 0 && count <= most)) throw new RangeError('the size is out of range');
    return Math.floor(count);
  };
  const text = (bytes, encoding) => {
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    return host.encode(plain, encoding);
  };

  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      value = host.textOf(value) ?? value;
      if (typeof value === 'string') return own(bytesOf(value, encoding));
      if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return own(new Uint8Array(value, encoding, length));
      if (ArrayBuffer.isView(value) || Array.isArray(value)) return own(Uint8Array.from(value));
      if (value && value.type === 'Buffer' && Array.isArray(value.data)) return own(Uint8Array.from(value.data));
      if (value && typeof value === 'object' && typeof value.length === 'number') return own(Uint8Array.from(value));
      if (value instanceof String) return Buffer.from(String(value), encoding);
      throw new TypeError('Buffer.from takes text, bytes or a list of numbers');
    }
    static of(...values) { return own(Uint8Array.from(values)); }
    static alloc(count, fill, encoding) {
      const buffer = own(new Uint8Array(size(count)));
      return fill === undefined ? buffer : buffer.fill(fill, 0, buffer.length, encoding);
    }
    static allocUnsafe(count) { return own(new Uint8Array(size(count))); }
    static allocUnsafeSlow(count) { return own(new Uint8Array(size(count))); }
    static isBuffer(value) { return value instanceof Buffer; }
    static isEncoding(name) { return typeof name === 'string' && known.includes(name.toLowerCase()); }
    static byteLength(value, encoding) {
      return typeof value === 'string' ? bytesOf(value, encoding).length : value.byteLength;
    }
    static concat(list, total) {
      if (!Array.isArray(list)) throw new TypeError('Buffer.concat takes a list');
      const length = total === undefined ? list.reduce((sum, one) => sum + one.length, 0) : size(total);
      const all = own(new Uint8Array(length));
      let at = 0;
      for (const one of list) {
        const part = at + one.length > length ? one.subarray(0, length - at) : one;
        all.set(part, at);
        at += part.length;
      }
      return all;
    }
    static compare(a, b) {
      const shared = Math.min(a.length, b.length);
      for (let at = 0; at < shared; at++) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
      return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
    }
    get parent() { return this.buffer; }
    get offset() { return this.byteOffset; }
    toString(encoding = 'utf8', start = 0, end = this.length) {
      start = Math.max(0, Math.min(start | 0, this.length));
      end = Math.max(start, Math.min(end === undefined ? this.length : end | 0, this.length));
      return text(this.subarray(start, end), encoding);
    }
    toLocaleString(encoding, start, end) { return this.toString(encoding, start, end); }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    inspect() { return host.use('util').inspect(this); }
    equals(other) { return this === other || Buffer.compare(this, other) === 0; }
    compare(other, start = 0, end = other.length, ownStart = 0, ownEnd = this.length) {
      return Buffer.compare(this.subarray(ownStart, ownEnd), other.subarray(start, end));
    }
    slice(start, end) { return this.subarray(start, end); }
    subarray(start, end) { return own(super.subarray(start, end)); }
    copy(target, targetStart = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + Math.max(0, target.length - targetStart)));
      target.set(part, targetStart);
      return part.length;
    }
    write(value, offset, length, encoding) {
      if (typeof offset === 'string') { encoding = offset; offset = 0; length = undefined; }
      else if (typeof length === 'string') { encoding = length; length = undefined; }
      offset = offset === undefined ? 0 : offset;
      const room = Math.min(this.length - offset, length === undefined ? Infinity : length);
      let part = bytesOf(value, encoding).subarray(0, Math.max(0, room));
      this.set(part, offset);
      return part.length;
    }
    fill(value, start = 0, end = this.length, encoding) {
      if (typeof start === 'string') { encoding = start; start = 0; end = this.length; }
      if (typeof end === 'string') { encoding = end; end = this.length; }
      if (typeof value !== 'string' && !(value instanceof Uint8Array)) { super.fill(value & 255, start, end); return this; }
      const part = typeof value === 'string' ? bytesOf(value, encoding) : value;
      if (part.length === 0) { super.fill(0, start, end); return this; }
      for (let at = start; at < end; at++) this[at] = part[(at - start) % part.length];
      return this;
    }
    indexOf(value, from = 0, encoding) {
      if (typeof from === 'string') { encoding = from; from = 0; }
      if (typeof value === 'number') return super.indexOf(value & 255, from);
      const part = typeof value === 'string' ? bytesOf(value, encoding) : value;
      if (from < 0) from = Math.max(0, this.length + from);
      for (let at = from; at + part.length <= this.length; at++) {
        let same = 0;
        while (same < part.length && this[at + same] === part[same]) same++;
        if (same === part.length) return at;
      }
      return -1;
    }
    lastIndexOf(value, from, encoding) {
      if (typeof value === 'number') return from === undefined ? super.lastIndexOf(value & 255) : super.lastIndexOf(value & 255, from);
      const part = typeof value === 'string' ? bytesOf(value, encoding) : value;
      for (let at = Math.min(from === undefined ? this.length : from, this.length - part.length); at >= 0; at--) {
        let same = 0;
        while (same < part.length && this[at + same] === part[same]) same++;
        if (same === part.length) return at;
      }
      return -1;
    }
    includes(value, from, encoding) { return this.indexOf(value, from, encoding) >= 0; }
    swap16() {
      if (this.length % 2) throw new RangeError('the length is no multiple of 2');
      for (let at = 0; at < this.length; at += 2) [this[at], this[at + 1]] = [this[at + 1], this[at]];
      return this;
    }
    readUIntBE(offset, length) { let value = 0; for (let at = 0; at < length; at++) value = value * 256 + byte(this, offset + at); return value; }
    readUIntLE(offset, length) { let value = 0; for (let at = length - 1; at >= 0; at--) value = value * 256 + byte(this, offset + at); return value; }
    readIntBE(offset, length) { return signed(this.readUIntBE(offset, length), length); }
    readIntLE(offset, length) { return signed(this.readUIntLE(offset, length), length); }
    writeUIntBE(value, offset, length) { for (let at = length - 1; at >= 0; at--) { put(this, offset + at, value); value = Math.floor(value / 256); } return offset + length; }
    writeUIntLE(value, offset, length) { for (let at = 0; at < length; at++) { put(this, offset + at, value); value = Math.floor(value / 256); } return offset + length; }
    writeIntBE(value, offset, length) { return this.writeUIntBE(value < 0 ? value + 2 ** (8 * length) : value, offset, length); }
    writeIntLE(value, offset, length) { return this.writeUIntLE(value < 0 ? value + 2 ** (8 * length) : value, offset, length); }
  }
  const within = (buffer, at) => { if (!(at >= 0 && at < buffer.length)) throw new RangeError('the offset is out of range'); };
  const byte = (buffer, at) => { within(buffer, at); return buffer[at]; };
  const put = (buffer, at, value) => { within(buffer, at); buffer[at] = value % 256; };
  const signed = (value, length) => value >= 2 ** (8 * length - 1) ? value - 2 ** (8 * length) : value;
  const view = (buffer, at, length) => { within(buffer, at); within(buffer, at + length - 1); return new DataView(buffer.buffer, buffer.byteOffset + at, length); };
  const add = (name, call) => Object.defineProperty(Buffer.prototype, name, { value: call, writable: true, configurable: true });
  for (const [bits, bytes] of [[8, 1], [16, 2], [32, 4]])
    for (const end of bits === 8 ? [''] : ['BE', 'LE'])
      for (const kind of ['UInt', 'Int']) {
        const long = kind + (end || 'BE');
        add('read' + kind + bits + end, function (offset = 0) { return this['read' + long](offset, bytes); });
        add('write' + kind + bits + end, function (value, offset = 0) { return this['write' + long](value, offset, bytes); });
      }
  for (const end of ['BE', 'LE'])
    for (const [name, kind, bytes] of [['Float', 'Float32', 4], ['Double', 'Float64', 8], ['BigInt64', 'BigInt64', 8], ['BigUInt64', 'BigUint64', 8]]) {
      add('read' + name + end, function (offset = 0) { return view(this, offset, bytes)['get' + kind](0, end === 'LE'); });
      add('write' + name + end, function (value, offset = 0) { view(this, offset, bytes)['set' + kind](0, value, end === 'LE'); return offset + bytes; });
    }
  // `new Buffer(…)`, as scripts of that time write it.
  const Callable = new Proxy(Buffer, {
    construct: (_, values) => typeof values[0] === 'number' ? Buffer.alloc(values[0]) : Buffer.from(...values),
    apply: (_, __, values) => typeof values[0] === 'number' ? Buffer.alloc(values[0]) : Buffer.from(...values),
  });
  Buffer.prototype.constructor = Callable;
  // A body in pieces, as DataPower hands it over. Here it is always one.
  class Buffers {
    constructor(bytes) { this.bytes = bytes; }
    get length() { return this.bytes.length; }
    toBuffer() { return this.bytes; }
    toString(...values) { return this.bytes.toString(...values); }
    slice(start, end) { return new Buffers(this.bytes.subarray(start, end)); }
    item(at) { return at === 0 ? this.bytes : undefined; }
  }
  return {
    Buffer: Callable,
    SlowBuffer: Callable,
    kMaxLength: most,
    INSPECT_MAX_BYTES: 50,
    buffers: (bytes) => new Buffers(bytes),
    // What goes out may be in pieces; what comes in may be bytes.
    joined: (value) => value instanceof Buffers ? value.bytes : value,
    wrap: (value) => value instanceof ArrayBuffer ? Buffer.from(value) : value,
  };
})
