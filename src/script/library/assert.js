(function (host) {
  'use strict';
  const fail = (message, otherwise) => {
    if (message instanceof Error) throw message;
    throw new Error(message === undefined ? otherwise : String(message));
  };
  const inspect = (value) => host.use('util').inspect(value);
  const assert = (value, message) => { if (!value) fail(message, inspect(value) + ' is not true'); };
  assert.ok = assert;
  assert.equal = (a, b, message) => { if (!(a == b)) fail(message, inspect(a) + ' == ' + inspect(b)); };
  assert.notEqual = (a, b, message) => { if (a == b) fail(message, inspect(a) + ' != ' + inspect(b)); };
  assert.strictEqual = (a, b, message) => { if (!Object.is(a, b)) fail(message, inspect(a) + ' === ' + inspect(b)); };
  assert.notStrictEqual = (a, b, message) => { if (Object.is(a, b)) fail(message, inspect(a) + ' !== ' + inspect(b)); };
  assert.deepEqual = assert.deepStrictEqual = (a, b, message) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) fail(message, inspect(a) + ' equals ' + inspect(b));
  };
  assert.fail = (message) => fail(message, 'failed');
  return assert;
})
