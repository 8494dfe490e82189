(function (host) {
  'use strict';
  // The attachments of a multipart body can be read: by their number, by `cid:` with their Content-Id, and by their Content-Location.
  const { Buffer, buffers } = host.use('buffer');
  const read = (attachment, reading) => {
    const bytes = () => Buffer.from(attachment.bytes);
    return Object.freeze({
      readAsJSON: reading(() => JSON.parse(bytes().toString())),
      readAsBuffer: reading(bytes),
      readAsBuffers: reading(() => buffers(bytes())),
      readAsString: reading(() => bytes().toString()),
      readAsXML: reading(() => host.use('xml').bytes(bytes())),
      toString: () => bytes().toString(),
    });
  };
  const header = (headers, name) => {
    const known = Object.keys(headers).find((key) => key.toLowerCase() === name);
    return known === undefined ? undefined : headers[known];
  };
  return (root, reading) => {
    const all = host.attachments(root).map((one) => Object.freeze({ headers: Object.freeze(one.headers), body: read(one, reading) }));
    const named = (name, one) =>
      name in all || Object.defineProperty(all, name, { value: one });
    for (const one of all) {
      const id = header(one.headers, 'content-id'), place = header(one.headers, 'content-location');
      if (id !== undefined) named('cid:' + id.replace(/^<|>$/g, ''), one);
      if (place !== undefined) named(place, one);
    }
    return Object.freeze(all);
  };
})
