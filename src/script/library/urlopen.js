(function (host) {
  'use strict';
  const failed = (outcome) => {
    const error = new Error(outcome.error);
    error.errorCode = outcome.code === 408 ? '0x01130006' : '0x01130007';
    error.errorMessage = outcome.error;
    return error;
  };
  const answer = (outcome) => {
    const { Buffer, buffers } = host.use('buffer');
    const bytes = Buffer.from(outcome.body);
    const later = (read) => (callback) => {
      if (typeof callback !== 'function') return new Promise((resolve, reject) => host.soon(() => { try { resolve(read()); } catch (error) { reject(error); } }));
      host.soon(() => {
        let value;
        try { value = read(); } catch (error) { error.errorMessage = error.message; return callback(error, undefined); }
        return callback(null, value);
      });
    };
    const headers = outcome.headers;
    return {
      statusCode: outcome.status,
      reasonPhrase: outcome.reason,
      headers,
      get: (name) => typeof name === 'object' && name ? headers[String(name.name || name.type).toLowerCase()] : headers[String(name).toLowerCase()],
      readAsJSON: later(() => JSON.parse(bytes.toString())),
      readAsBuffer: later(() => bytes),
      readAsBuffers: later(() => buffers(bytes)),
      readAsString: later(() => bytes.toString()),
      readAsXML: later(() => host.use('xml').bytes(bytes)),
      discard(callback) { if (typeof callback === 'function') host.soon(() => callback(null)); },
      disconnect() {},
    };
  };
  const open = (options, callback) => {
    if (typeof options === 'string') options = { target: options };
    if (typeof callback !== 'function') return new Promise((resolve, reject) => open(options, (error, response) => error ? reject(error) : resolve(response)));
    for (const name of ['sslClientProfile', 'sslProxyProfile', 'agent', 'user', 'password'])
      if (options[name]) throw new Error('`' + name + '` of urlopen is not built yet');
    const headers = {};
    for (const name of Object.keys(options.headers || {})) headers[name] = String(options.headers[name]);
    const has = (wanted) => Object.keys(headers).some((name) => name.toLowerCase() === wanted);
    let data = options.data === undefined || options.data === null ? undefined : host.joined(options.data);
    if (options.contentType && !has('content-type')) headers['Content-Type'] = String(options.contentType);
    if (data !== undefined && typeof data === 'object' && !(data instanceof Uint8Array)) {
      if (!has('content-type')) headers['Content-Type'] = 'application/json';
      data = JSON.stringify(data);
    }
    const asked = {
      target: String(options.target),
      method: String(options.method || (data === undefined ? 'GET' : 'POST')),
      headers,
      timeout: options.timeout === undefined ? 60 : Number(options.timeout),
    };
    let operation;
    try { operation = host.open(JSON.stringify(asked), data); }
    catch (error) { error.errorMessage = error.message; host.soon(() => callback(error, undefined)); return undefined; }
    host.wait(operation, (outcome) => outcome.error === undefined ? callback(null, answer(outcome)) : callback(failed(outcome), undefined));
    return undefined;
  };
  return { open };
})
