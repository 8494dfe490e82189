(function (host) {
  'use strict';
  const message = host.use('message');
  // A named context of DataPower is a space of its own, apart from the variables of the assembly.
  const named = (name) => {
    const space = 'session:' + name;
    const short = (variable) => String(variable).replace(/^var:\/\/context\/[^/]+\//, '');
    const get = (variable) => host.wrap(host.pick(space, short(variable)));
    const set = (variable, value) => host.put(space, short(variable), host.joined(value));
    return { getVariable: get, getVar: get, setVariable: set, setVar: set, deleteVariable: (variable) => set(variable, undefined) };
  };
  const input = message('message').body;
  return {
    input: {
      readAsJSON: input.readAsJSON,
      readAsBuffer: input.readAsBuffer,
      readAsBuffers: input.readAsBuffers,
      readAsString: input.readAsString,
      readAsXML: input.readAsXML,
    },
    output: {
      write: (value) => input.write(value),
    },
    parameters: {},
    name: named,
    createContext: named,
    reject(text) {
      host.reject('', text === undefined ? '' : String(text), undefined, undefined);
    },
  };
})
