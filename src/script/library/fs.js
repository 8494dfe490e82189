(function (host) {
  'use strict';
  const read = (name, options) => {
    const bytes = host.use('buffer').Buffer.from(host.readFile(String(name)));
    const encoding = typeof options === 'string' ? options : options && options.encoding;
    return encoding ? bytes.toString(encoding) : bytes;
  };
  const late = (work, callback) => host.soon(() => {
    let value;
    try { value = work(); } catch (error) { return callback(error, undefined); }
    return callback(null, value);
  });
  const refused = (name) => () => { throw new Error('`fs.' + name + '` is refused: scripts write no files'); };
  const module = {
    readFileSync: read,
    readFile(name, options, callback) {
      if (typeof options === 'function') { callback = options; options = undefined; }
      late(() => read(name, options), callback);
    },
    readAsJSON: (name, callback) => late(() => JSON.parse(read(name, 'utf8')), callback),
    readAsBuffer: (name, callback) => late(() => read(name), callback),
    existsSync(name) { try { host.readFile(String(name)); return true; } catch (_) { return false; } },
  };
  for (const name of ['writeFile', 'writeFileSync', 'appendFile', 'appendFileSync', 'unlink', 'unlinkSync', 'mkdir', 'readdir', 'rename'])
    module[name] = refused(name);
  return module;
})
